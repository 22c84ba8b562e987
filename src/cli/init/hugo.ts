import { type Data, isData, word } from './data.ts';
import { Code } from './findings.ts';
import { type Generator, pathOf, takeWords } from './generator.ts';
import { quoted } from './write.ts';

const NAMES = ['hugo', 'config'].flatMap((name) => ['toml', 'yaml', 'yml', 'json'].map((end) => `${name}.${end}`));
const CONFIGS = [...NAMES, ...NAMES.map((name) => `config/_default/${name}`)];

/**
 * Hugo.
 *
 * @see https://gohugo.io/configuration/all/
 * @see https://gohugo.io/configuration/permalinks/
 */
export const hugo: Generator = {
  name: 'Hugo',
  recognize(site) {
    const file = site.first(...CONFIGS);
    if (file === null) return null;
    if (/hugo\.\w+$/.test(file) || site.has('archetypes')) return file;
    return keyOf(site.data(file), 'baseURL') === undefined ? null : file;
  },
  read(site, findings) {
    const file = site.first(...CONFIGS) ?? '';
    const config = lowered(site.data(file)) as Data;
    const language = word(config, 'defaultcontentlanguage');
    const own =
      language === null ? [] : ['title', 'languagecode', 'locale'].map((key) => `languages.${language}.${key}`);
    takeWords(findings, config, file, [
      ['site.url', 'baseurl'],
      ['site.title', 'title', ...own.filter((key) => key.endsWith('title'))],
      ['site.description', 'params.description', 'params.subtitle'],
      ['site.language', 'languagecode', 'locale', ...own.slice(1), 'defaultcontentlanguage'],
      ['site.timezone', 'timezone'],
      ['site.copyright', 'copyright'],
      ['feeds.limit', 'services.rss.limit', 'rsslimit'],
    ]);
    for (const key of ['params.author', 'author'])
      findings.take(
        'site.author',
        word(config, key) ?? (config.params as Data | undefined)?.author ?? config.author,
        `${file}: ${key}`,
      );
    const ugly = word(config, 'uglyurls') === 'true';
    const patterns = sectionsOf(config.permalinks);
    if (patterns.length > 0) findings.take('site.permalink', bySection(patterns, ugly), `${file}: permalinks`);
    findings.take('site.permalink', usual(ugly), `Hugo's default`);
    findings.take('ids', 'permalink', `what Hugo's feed prints`);
    findings.take('feeds.aliases', { '/index.xml': '/rss.xml' }, `the name of Hugo's feed`);
    findings.content = word(config, 'contentdir') ?? 'content';
    if (isData(config.module) && config.module.mounts !== undefined)
      findings.note(`${file} mounts folders (module.mounts): only ${findings.content} is read.`);
    if (patterns.some(([, pattern]) => /:(?:slug|title)\b/.test(pattern)))
      findings.note('Hugo makes :slug and :title of titles: where a title has unusual signs, compare the address.');
  },
};

const usual = (ugly: boolean) => `/:sections/:slugorcontentbasename${ugly ? '.html' : '/'}`;

/** Patterns by section; those of pages where they are told by kind. */
function sectionsOf(permalinks: unknown): [string, string][] {
  if (!isData(permalinks)) return [];
  const pages = isData(permalinks.page) ? permalinks.page : permalinks;
  return Object.entries(pages).flatMap(([section, pattern]): [string, string][] =>
    typeof pattern === 'string' ? [[section, translated(pattern)]] : [],
  );
}

/** Hugo's tokens by the names that mean the same here: its title is that of the front matter. */
function translated(pattern: string): string {
  return pathOf(pattern)
    .replaceAll(/:title\b/g, ':urlized_title')
    .replaceAll(/:slug\b/g, ':urlized_title');
}

/** One pattern for each first folder below the content folder. */
function bySection(patterns: [string, string][], ugly: boolean): Code {
  const lines = patterns.map(([section, pattern]) => `${quoted(section)}: ${quoted(pattern)}`);
  const known = new Map(patterns);
  return new Code(
    `({ path }) => ({ ${lines.join(', ')} })[path.split('/')[0]] ?? ${quoted(usual(ugly))}`,
    ({ path }) => known.get(path.split('/')[0] ?? '') ?? usual(ugly),
  );
}

/** Hugo's keys in lower case, as it compares them; those of permalinks are names. */
function lowered(value: unknown, depth = 0): unknown {
  if (!isData(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => {
      const name = key.toLowerCase();
      return [name, depth === 0 && name === 'permalinks' ? part : lowered(part, depth + 1)];
    }),
  );
}

const keyOf = (data: Data, wanted: string) =>
  Object.keys(data).find((key) => key.toLowerCase() === wanted.toLowerCase());
