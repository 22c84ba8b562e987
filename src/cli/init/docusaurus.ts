import { at, type Data, isData, list, word } from './data.ts';
import { fullest, type Generator, pathOf, takeWords } from './generator.ts';

const CONFIGS = ['ts', 'js', 'mjs', 'cjs'].map((end) => `docusaurus.config.${end}`);
const AUTHORS = ['authors.yml', 'authors.yaml', 'authors.json'];

/**
 * The blog of a Docusaurus site. The configuration is read and not run.
 *
 * @see https://docusaurus.io/docs/api/plugins/@docusaurus/plugin-content-blog
 */
export const docusaurus: Generator = {
  name: 'Docusaurus',
  recognize(site) {
    return site.first(...CONFIGS);
  },
  resembles(site) {
    return site.first(...AUTHORS.map((name) => `blog/${name}`)) === null ? null : 'a folder blog with an authors file';
  },
  read(site, findings) {
    const file = site.first(...CONFIGS);
    const config = file === null ? {} : site.data(file);
    const name = file ?? 'Docusaurus';
    const blog = blogOptions(config);
    const url = word(config, 'url');
    findings.take('site.url', url && url + (word(config, 'baseUrl') ?? ''), `${name}: url, baseUrl`);
    takeWords(findings, config, name, [
      ['site.title', 'title'],
      ['site.description', 'tagline'],
      ['site.language', 'i18n.defaultLocale'],
    ]);
    takeWords(findings, blog, `${name}: blog`, [
      ['feeds.limit', 'feedOptions.limit'],
      ['site.copyright', 'feedOptions.copyright'],
    ]);
    findings.content = (word(blog, 'path') ?? fullest(site, ['blog']) ?? '').replace(/^\.\//, '');
    const route = word(blog, 'routeBasePath') ?? 'blog';
    const below = site.articles
      .filter((path) => path.startsWith(findings.content))
      .map((path) => path.slice(findings.content.length + 1));
    const dated = below.filter((path) => /^\d{4}[-/]\d{2}[-/]\d{2}/.test(path)).length;
    const slash = word(config, 'trailingSlash') === 'true' ? '/' : '';
    // A date in the file name is in the address; an article without one has its folder and name.
    const pattern = dated * 2 >= below.length ? `${route}/:year/:month/:day/:title` : `${route}/:path/:title`;
    findings.take(
      'site.permalink',
      pathOf(pattern) + slash,
      `${name === 'Docusaurus' ? '' : `${name}: `}routeBasePath, and the file names`,
    );
    if (dated > 0 && dated < below.length)
      findings.note(
        `${below.length - dated} articles have no date in their file name: their addresses have none at home; write their slug or permalink.`,
      );
    const types = list(blog, 'feedOptions.type');
    const names = { rss: 'rss.xml', atom: 'atom.xml', json: 'feed.json' };
    const made = Object.entries(names).filter(
      ([type]) => types.length === 0 || types.includes('all') || types.includes(type),
    );
    const aliases = Object.fromEntries(made.map(([, name]) => [pathOf(route, name), `/${name}`]));
    if (made.length > 0) findings.take('feeds.aliases', aliases, `the names of Docusaurus' feeds`);
    findings.take('ids', 'permalink', `what Docusaurus' feeds print`);
    if (slash === '' && word(config, 'trailingSlash') === null)
      findings.note(
        'trailingSlash is not set: hosts differ in whether they add a slash; compare one address with the published feed.',
      );
  },
};

/** Options of the blog: of the classic preset, or of the plugin by itself. */
function blogOptions(config: Data): Data {
  for (const [name, options] of [...list(config, 'presets'), ...list(config, 'plugins')].filter(Array.isArray)) {
    if (/preset-classic$|^classic$/.test(String(name)) && isData(at(options, 'blog')))
      return at(options, 'blog') as Data;
    if (/plugin-content-blog$|^content-blog$/.test(String(name)) && isData(options)) return options;
  }
  return {};
}
