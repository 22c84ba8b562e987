import { at, isData, list, word } from './data.ts';
import { fullest, type Generator, pathOf, takeWords } from './generator.ts';

const CONFIGS = ['_config.yml', '_config.yaml', '_config.toml'];
const POST = /(?:^|\/)_posts\/(?:.*\/)?\d{4}-\d{1,2}-\d{1,2}-/;

/**
 * Jekyll, with jekyll-feed.
 *
 * @see https://jekyllrb.com/docs/configuration/default/
 * @see https://github.com/jekyll/jekyll-feed
 */
export const jekyll: Generator = {
  name: 'Jekyll',
  recognize(site) {
    return site.first(...CONFIGS);
  },
  resembles(site) {
    return site.articles.some((path) => POST.test(path)) ? 'posts with dates in a folder _posts' : null;
  },
  read(site, findings) {
    const file = site.first(...CONFIGS);
    const config = file === null ? {} : site.data(file);
    const name = file ?? 'Jekyll';
    const url = word(config, 'url');
    findings.take('site.url', url && url + (word(config, 'baseurl') ?? ''), `${name}: url, baseurl`);
    takeWords(findings, config, name, [
      ['site.title', 'title', 'name'],
      ['site.description', 'description', 'tagline'],
      ['site.language', 'lang', 'language', 'locale'],
      ['site.timezone', 'timezone'],
      ['site.image', 'logo'],
      ['feeds.limit', 'feed.posts_limit'],
    ]);
    findings.take('site.author', at(config, 'author'), `${name}: author`);
    if (word(config, 'feed.excerpt_only') === 'true')
      findings.take('feeds.content', 'excerpt', `${name}: feed.excerpt_only`);
    const path = word(config, 'feed.path');
    if (path !== null) findings.take('feeds.aliases', { [pathOf(path)]: '/atom.xml' }, `${name}: feed.path`);
    for (const [pattern, from] of permalinks(config)) findings.take('site.permalink', pattern, `${name}: ${from}`);
    findings.take('site.permalink', 'date', `Jekyll's default`);
    findings.take('feeds.limit', 10, `jekyll-feed's default`);
    findings.take('ids', 'jekyll', 'what jekyll-feed prints');
    const source = (word(config, 'source') ?? '').replace(/^\.?\/?|\/$/g, '');
    const folders = new Set(
      site.articles.filter((path) => POST.test(path)).map((path) => path.slice(0, path.indexOf('_posts') + 6)),
    );
    // Folders above _posts are categories, so that several need the folder that holds them all.
    const only = folders.size === 1 ? [...folders][0] : undefined;
    const isTop =
      only === (source === '' ? '_posts' : `${source}/_posts`) ||
      (source === '' && fullest(site, ['docs/_posts']) === only);
    if (only !== undefined && isTop) findings.content = only;
    else {
      findings.content = source;
      findings.take('content.include', ['**/_posts/**/*.{md,markdown,html}'], 'where Jekyll has posts');
    }
  },
};

/** Patterns for posts, the most particular first. */
function permalinks(config: object): [string | null, string][] {
  const defaults = list(config, 'defaults').filter(
    (one) => isData(one) && [null, 'posts'].includes(word(one, 'scope.type')) && !word(one, 'scope.path'),
  );
  return [
    [word(config, 'collections.posts.permalink'), 'collections.posts.permalink'],
    ...defaults.map((one): [string | null, string] => [word(one, 'values.permalink'), 'defaults']),
    [word(config, 'permalink'), 'permalink'],
  ];
}
