import { list, word } from './data.ts';
import { type Generator, takeWords } from './generator.ts';

const CONFIG = ['zola.toml', 'config.toml'];

/**
 * Zola.
 *
 * @see https://www.getzola.org/documentation/getting-started/configuration/
 */
export const zola: Generator = {
  name: 'Zola',
  recognize(site) {
    const file = site.first(...CONFIG);
    return file !== null && word(site.data(file), 'base_url') !== null ? file : null;
  },
  resembles(site) {
    const isZola = site.articles
      .filter((path) => path.startsWith('content/'))
      .slice(0, 20)
      .some((path) =>
        /^\+\+\+\r?\n(?:(?!\+\+\+)[\s\S])*?^(?:path\s*=|\[(?:extra|taxonomies)\])/m.test(site.text(path) ?? ''),
      );
    return isZola ? 'TOML front matter with path, [extra] or [taxonomies] in content' : null;
  },
  read(site, findings) {
    const file = site.first(...CONFIG);
    const config = file === null ? {} : site.data(file);
    takeWords(findings, config, file ?? 'Zola', [
      ['site.url', 'base_url'],
      ['site.title', 'title'],
      ['site.description', 'description'],
      ['site.language', 'default_language'],
      ['site.author', 'author', 'extra.author'],
      ['feeds.limit', 'feed_limit'],
    ]);
    findings.take('site.permalink', '/:sections/:slug/', 'how Zola makes addresses');
    findings.take('ids', 'permalink', `what Zola's feed prints`);
    const names = [...list(config, 'feed_filenames'), ...list(config, 'feed_filename')].filter(
      (name) => typeof name === 'string',
    );
    const aliases = names.map((name) => [`/${name}`, name.includes('rss') ? '/rss.xml' : '/atom.xml']);
    const other = aliases.filter(([from, to]) => from !== to);
    if (other.length > 0) findings.take('feeds.aliases', Object.fromEntries(other), `${file}: feed_filenames`);
    findings.content = 'content';
  },
};
