import { word } from './data.ts';
import { fullest, type Generator, pathOf, takeWords } from './generator.ts';

const CONFIGS = ['mjs', 'ts', 'js', 'mts', 'cjs'].map((end) => `astro.config.${end}`);
const CONSTANTS = ['src/consts.ts', 'src/consts.js', 'src/config.ts', 'src/site.config.ts', 'src/constants.ts'];
/** Pages that stand for the articles of a collection. */
const ROUTE = /^\[(?:\.\.\.)?(?:slug|id|post|path)\]\.astro$/;

/**
 * Astro, with content collections or Markdown pages, and @astrojs/rss. The configuration is read and not run.
 *
 * @see https://docs.astro.build/en/reference/configuration-reference/
 */
export const astro: Generator = {
  name: 'Astro',
  recognize(site) {
    return site.first(...CONFIGS);
  },
  read(site, findings) {
    const file = site.first(...CONFIGS) ?? '';
    const config = site.data(file);
    const url = word(config, 'site');
    findings.take(
      'site.url',
      url && url.replace(/\/$/, '') + pathOf(word(config, 'base') ?? ''),
      `${file}: site, base`,
    );
    takeWords(findings, config, file, [['site.language', 'i18n.defaultLocale']]);
    for (const constants of CONSTANTS.filter(site.has))
      takeWords(findings, site.data(constants), constants, [
        ['site.title', 'SITE_TITLE', 'SITE.title', 'siteConfig.title', 'SITE_NAME'],
        ['site.description', 'SITE_DESCRIPTION', 'SITE.description', 'SITE.desc', 'siteConfig.description'],
        ['site.author', 'SITE.author', 'siteConfig.author', 'AUTHOR'],
        ['site.language', 'SITE.lang', 'siteConfig.lang'],
        ['site.timezone', 'SITE.timezone'],
        ['site.url', 'SITE.website', 'SITE_URL'],
      ]);
    const folders = ['src/content', 'src/data', 'content'].flatMap((folder) =>
      site.names(folder).map((name) => `${folder}/${name}`),
    );
    findings.content = fullest(site, [...folders, 'src/pages/blog', 'src/pages/posts', 'src/pages']) ?? '';
    const route = routeOf(site, findings.content);
    const bare = word(config, 'trailingSlash') === 'never' || word(config, 'build.format') === 'file';
    findings.take('site.permalink', `${pathOf(route.path, ':path/:slug')}${bare ? '' : '/'}`, route.from);
    findings.take('ids', 'permalink', 'what @astrojs/rss prints');
    if (site.names('src/pages').some((name) => /^feed\.xml\.[jt]s$/.test(name)))
      findings.take('feeds.aliases', { '/feed.xml': '/rss.xml' }, 'src/pages/feed.xml');
    if (!findings.has('site.title'))
      findings.note('Astro has no place for the title of a site: write site.title, or give --feed.');
  },
};

/** The path before the article's own part. */
function routeOf(site: { names(path: string): string[]; has(path: string): boolean }, content: string) {
  const collection = content.split('/').at(-1) ?? '';
  if (content.startsWith('src/pages'))
    return { path: content.slice('src/pages'.length), from: 'the folder of the pages' };
  for (const folder of [collection, 'blog', 'posts', 'articles', 'news', '']) {
    const page = site.names(`src/pages/${folder}`).find((name) => ROUTE.test(name));
    if (page !== undefined) return { path: folder, from: `src/pages${pathOf(folder, page)}` };
  }
  return { path: collection, from: 'the name of the collection' };
}
