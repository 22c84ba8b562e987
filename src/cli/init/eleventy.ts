import { type Data, word } from './data.ts';
import { fullest, type Generator, pathOf, takeWords } from './generator.ts';

const CONFIGS = [
  '.eleventy.js',
  'eleventy.config.js',
  'eleventy.config.mjs',
  'eleventy.config.cjs',
  'eleventy.config.ts',
];
const METADATA = ['metadata', 'site', 'meta', 'siteConfig'].flatMap((name) =>
  ['json', 'js', 'mjs', 'cjs', 'yaml', 'yml'].map((end) => `${name}.${end}`),
);

/**
 * Eleventy, with its RSS plugin. The configuration is read and not run.
 *
 * @see https://www.11ty.dev/docs/config/
 * @see https://www.11ty.dev/docs/permalinks/
 */
export const eleventy: Generator = {
  name: 'Eleventy',
  recognize(site) {
    return site.first(...CONFIGS);
  },
  read(site, findings) {
    const file = site.first(...CONFIGS) ?? '';
    const config = site.data(file);
    // Newer ones export `config` beside the function.
    const dir = (path: string) => word(config, `dir.${path}`) ?? word(config, `config.dir.${path}`);
    const input = (dir('input') ?? '').replace(/^\.?\/?|\/$/g, '');
    const below = (path: string) => (input === '' ? path : `${input}/${path}`);
    const folder = below(dir('data') ?? '_data').replace(/[^/]+\/\.\.\//g, '');
    const metadata = site.first(...METADATA.map((name) => `${folder}/${name}`));
    if (metadata !== null) {
      const data = site.data(metadata);
      takeWords(findings, data, metadata, [
        ['site.title', 'title', 'name', 'metadata.title'],
        ['site.url', 'url', 'baseUrl', 'base_url'],
        ['site.description', 'description'],
        ['site.language', 'language', 'lang', 'locale'],
        ['site.image', 'image'],
      ]);
      findings.take('site.author', data.author, `${metadata}: author`);
    }
    const posts = fullest(
      site,
      ['blog', 'posts', 'articles', 'news', 'writing', 'content/blog', 'content/posts'].flatMap((name) => [
        below(name),
        name,
      ]),
    );
    findings.content = input;
    // Pages are templates like articles; only the folder of the posts is told apart.
    if (posts !== null && posts !== input)
      findings.take(
        'content.include',
        [`${posts.slice(input === '' ? 0 : input.length + 1)}/**/*.{md,html}`],
        'the folder of the posts',
      );
    const own = posts === null ? null : directoryData(site, posts);
    const pattern = own === null ? null : translated(word(own.data, 'permalink'));
    findings.take('site.permalink', pattern, `${own?.file}: permalink`);
    if (own !== null && pattern === null && own.data.permalink !== undefined)
      findings.note(
        `${own.file} makes addresses by a template that is not read here: write site.permalink, or give --feed.`,
      );
    findings.take('site.permalink', '/:path/:title/', `Eleventy's default`);
    findings.take('ids', 'permalink', `what Eleventy's RSS plugin prints`);
    const prefix = word(config, 'pathPrefix') ?? word(config, 'config.pathPrefix');
    if (prefix !== null && prefix !== '/') findings.note(`pathPrefix is ${prefix}: it must stand in site.url.`);
    if (metadata === null)
      findings.note(
        `No data file with the site's title and address was found in ${folder}: give --feed, or write them.`,
      );
  },
};

/** What a folder's own data file says of every article in it. */
function directoryData(
  site: { first(...paths: string[]): string | null; data(path: string): Data },
  folder: string,
): { file: string; data: Data } | null {
  const name = folder.split('/').at(-1);
  const file = site.first(
    ...['json', '11tydata.json', '11tydata.js', '11tydata.mjs', '11tydata.cjs'].map(
      (end) => `${folder}/${name}.${end}`,
    ),
  );
  return file === null ? null : { file, data: site.data(file) };
}

/** A template of an address as a pattern; null when it has what no token stands for. */
function translated(template: string | null): string | null {
  if (template === null) return null;
  const known: [RegExp, string][] = [
    [/\{\{-?\s*page\.fileSlug\s*(?:\|\s*slug(?:ify)?\s*)?-?\}\}/g, ':title'],
    [/\{\{-?\s*title\s*\|\s*slug(?:ify)?\s*-?\}\}/g, ':slugified_title'],
    [/\{\{-?\s*slug\s*(?:\|\s*slug(?:ify)?\s*)?-?\}\}/g, ':slug'],
    [/\{\{-?\s*page\.date\s*\|\s*date:\s*['"]%Y\/%m\/%d['"]\s*-?\}\}/g, ':year/:month/:day'],
    [/\{\{-?\s*page\.date\s*\|\s*date:\s*['"]%Y\/%m['"]\s*-?\}\}/g, ':year/:month'],
    [/\{\{-?\s*page\.date\s*\|\s*date:\s*['"]%Y['"]\s*-?\}\}/g, ':year'],
  ];
  const pattern = known.reduce((text, [from, to]) => text.replace(from, to), template);
  return /[{}]/.test(pattern) ? null : pathOf(pattern.replace(/index\.html$/, ''));
}
