import { word } from './data.ts';
import { type Generator, pathOf, takeWords } from './generator.ts';

const CONFIG = '_config.yml';

/**
 * Hexo, with hexo-generator-feed.
 *
 * @see https://hexo.io/docs/configuration
 * @see https://hexo.io/docs/permalinks
 */
export const hexo: Generator = {
  name: 'Hexo',
  recognize(site) {
    const isHexo = site.uses('hexo') || site.has('scaffolds') || site.has('source/_posts');
    return isHexo ? site.first(CONFIG) : null;
  },
  resembles(site) {
    return site.articles.some((path) => path.startsWith('source/_posts/')) ? 'posts in source/_posts' : null;
  },
  read(site, findings) {
    const config = site.has(CONFIG) ? site.data(CONFIG) : {};
    takeWords(findings, config, CONFIG, [
      ['site.title', 'title'],
      ['site.description', 'description', 'subtitle'],
      ['site.language', 'language.0', 'language'],
      ['site.timezone', 'timezone'],
      ['site.author', 'author'],
      ['feeds.limit', 'feed.limit'],
    ]);
    const url = word(config, 'url');
    const root = word(config, 'root') ?? '/';
    // Older sites have their folder in both.
    const isHost = url !== null && URL.canParse(url) && new URL(url).pathname === '/';
    findings.take('site.url', url && (isHost ? url.replace(/\/$/, '') + root : url), `${CONFIG}: url, root`);
    const pattern = word(config, 'permalink');
    findings.take('site.permalink', pattern && translated(pattern), `${CONFIG}: permalink`);
    findings.take('site.permalink', '/:year/:month/:day/:title/', `Hexo's default`);
    if (pattern !== null && /:(?:id|hash)\b/.test(pattern))
      findings.note(
        `The addresses have :id or :hash, which Hexo takes from its own database: write each article's permalink into its front matter, or give --feed with all entries.`,
      );
    if (word(config, 'feed.content') === 'false') findings.take('feeds.content', 'excerpt', `${CONFIG}: feed.content`);
    const path = word(config, 'feed.path');
    if (path !== null && !path.includes(','))
      findings.take(
        'feeds.aliases',
        { [pathOf(path)]: word(config, 'feed.type') === 'rss2' ? '/rss.xml' : '/atom.xml' },
        `${CONFIG}: feed.path`,
      );
    findings.take('ids', 'permalink', 'what hexo-generator-feed prints');
    findings.content = `${word(config, 'source_dir') ?? 'source'}/_posts`;
    if (!findings.has('site.timezone'))
      findings.note(
        `Hexo takes the clock of the computer that builds the site, unless _config.yml has a timezone: write site.timezone as it is there, or days at midnight may differ.`,
      );
  },
};

/** Hexo's tokens by the names that mean the same here. */
function translated(pattern: string): string {
  return pathOf(pattern).replaceAll(':name', ':basename').replaceAll(':category', ':slugified_categories');
}
