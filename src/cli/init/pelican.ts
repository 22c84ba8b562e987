import { type Data, word } from './data.ts';
import { fullest, type Generator, pathOf, takeWords } from './generator.ts';
import { readPython } from './python.ts';

/** The second is what the published site is built with, on top of the first. */
const CONFIGS = ['publishconf.py', 'pelicanconf.py'];

/**
 * Pelican. Its settings are read and not run.
 *
 * @see https://docs.getpelican.com/en/latest/settings.html
 */
export const pelican: Generator = {
  name: 'Pelican',
  recognize(site) {
    return site.first('pelicanconf.py');
  },
  read(site, findings) {
    for (const file of CONFIGS) {
      const text = site.text(file);
      if (text === null) continue;
      const settings = readPython(text);
      takeWords(findings, settings, file, [
        ['site.url', 'SITEURL'],
        ['site.title', 'SITENAME'],
        ['site.description', 'SITESUBTITLE'],
        ['site.language', 'DEFAULT_LANG'],
        ['site.timezone', 'TIMEZONE'],
        ['site.author', 'AUTHOR'],
        ['feeds.limit', 'FEED_MAX_ITEMS'],
      ]);
      const pattern = word(settings, 'ARTICLE_URL');
      findings.take('site.permalink', pattern && translated(pattern), `${file}: ARTICLE_URL`);
      if (word(settings, 'RSS_FEED_SUMMARY_ONLY') === 'false')
        findings.take('feeds.content', 'full', `${file}: RSS_FEED_SUMMARY_ONLY`);
      const aliases = aliasesOf(settings);
      if (Object.keys(aliases).length > 0) findings.take('feeds.aliases', aliases, `${file}: FEED_…`);
      findings.content ||= (word(settings, 'PATH') ?? '').replace(/^\.\/|\/$/g, '');
    }
    findings.content ||= fullest(site, ['content']) ?? '';
    findings.take('site.permalink', '/:slugified_title.html', `Pelican's default`);
    findings.take('feeds.limit', 100, `Pelican's default`);
    findings.take('ids', 'tag', `what Pelican's feeds print`);
    if (site.articles.some((path) => path.startsWith('pages/') || path.includes('/pages/')))
      findings.take('content.exclude', ['pages/**'], `Pelican's pages, which are in no feed`);
    findings.note(
      'Pelican makes addresses of titles unless a file has a Slug: where a title has unusual signs, compare the address.',
    );
    findings.note('reStructuredText is not read: articles must be Markdown or HTML.');
  },
};

/** Python's format fields as tokens; null when one has none. */
function translated(pattern: string): string | null {
  const days: Record<string, string> = {
    '%Y': ':year',
    '%m': ':month',
    '%d': ':day',
    '%y': ':short_year',
    '%b': ':short_month',
    '%B': ':long_month',
    '%-m': ':i_month',
    '%-d': ':i_day',
    '%H': ':hour',
    '%M': ':minute',
  };
  let known = true;
  const path = pattern.replace(/\{(\w+)(?::([^}]*))?\}/g, (_, name: string, format = '') => {
    if (name === 'date') return format.replace(/%-?\w/g, (code: string) => days[code] ?? code);
    const token = { slug: ':slugified_title', category: ':slugified_categories', lang: ':lang', filename: ':basename' }[
      name
    ];
    known &&= token !== undefined;
    return token ?? '';
  });
  return known && !/[{}%]/.test(path) ? pathOf(path) : null;
}

/** Addresses of the site's feeds. */
function aliasesOf(settings: Data): Record<string, string> {
  const feeds: [string, string][] = [
    ['FEED_ALL_ATOM', '/atom.xml'],
    ['FEED_ATOM', '/atom.xml'],
    ['FEED_ALL_RSS', '/rss.xml'],
    ['FEED_RSS', '/rss.xml'],
  ];
  return Object.fromEntries(
    feeds.flatMap(([key, to]): [string, string][] => {
      const path = word(settings, key);
      return path === null || pathOf(path) === to ? [] : [[pathOf(path), to]];
    }),
  );
}
