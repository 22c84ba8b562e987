import type { StaticFile, StaticSite } from './site.ts';

/** A file for a host, which tells it what a server of ours would say in headers. */
export interface HostFile {
  path: string;
  text: string;
}

const EVERYWHERE: [string, string][] = [
  ['Access-Control-Allow-Origin', '*'],
  ['X-Content-Type-Options', 'nosniff'],
];
/** Cloudflare Pages takes a hundred rules, this file's included. */
const MOST_RULES = 90;

/**
 * What hosts need to serve the files as a server of ours does: `_headers` and `_redirects` for Netlify and Cloudflare
 * Pages, `.htaccess` for Apache, and a piece of configuration for nginx.
 *
 * @see https://docs.netlify.com/routing/headers/
 * @see https://developers.cloudflare.com/pages/configuration/headers/
 */
export function hostFiles({ files, redirects }: StaticSite, base: string): HostFile[] {
  const root = new URL(base).pathname.replace(/\/$/, '');
  const types = typesByName(files);
  const immutable = files.some(({ isImmutable }) => isImmutable);
  const policy = files.find(({ policy }) => policy !== null)?.policy ?? null;
  const moved = redirects.map(({ from, to, status }) => ({ from: root + from, to, status }));
  const told = { root, types, moved, policy, immutable, pages: ownPages(files) };
  return [
    { path: '_headers', text: headers(root, types, files, policy) },
    ...(moved.length > 0
      ? [{ path: '_redirects', text: moved.map(({ from, to, status }) => `${from} ${to} ${status}\n`).join('') }]
      : []),
    { path: '.htaccess', text: htaccess(told) },
    { path: 'tidings.nginx.conf', text: nginx(told) },
  ];
}

/** Content types that a host would not guess, by the name of the file. Aliases have names of their own. */
function typesByName(files: StaticFile[]): Map<string, string> {
  const types = new Map<string, string>();
  for (const { path, contentType } of files) {
    const name = path.split('/').at(-1) ?? '';
    if (/\.(?:html|css|js|svg|txt)$/.test(name) || /^sitemap-/.test(name)) continue;
    types.set(name, contentType);
  }
  return types;
}

function headers(root: string, types: Map<string, string>, files: StaticFile[], policy: string | null): string {
  const rule = (path: string, pairs: [string, string][]) =>
    `${path}\n${pairs.map(([name, value]) => `  ${name}: ${value}\n`).join('')}`;
  const rules = [rule(`${root}/*`, EVERYWHERE)];
  for (const [name, type] of types) {
    const at = files.filter(({ path }) => path.split('/').at(-1) === name);
    const pairs: [string, string][] = [
      ['Content-Type', type],
      ...(isDocument(name) ? ([['Cache-Control', 'public, max-age=0, must-revalidate']] as [string, string][]) : []),
    ];
    if (at.some(({ path }) => path === name)) rules.push(rule(`${root}/${name}`, pairs));
    if (at.some(({ path }) => path !== name)) rules.push(rule(`${root}/*/${name}`, pairs.slice(0, 1)));
  }
  // Where two rules meet, hosts join what they say: pages of other makers may stand beside ours.
  if (policy !== null)
    for (const folder of foldersOf(files)) rules.push(rule(`${root}/${folder}`, [['Content-Security-Policy', policy]]));
  return rules.slice(0, MOST_RULES).join('');
}

const isDocument = (name: string) => /\.(?:xml|json)$/.test(name);

/** Folders of our own pages, as patterns. */
function foldersOf(files: StaticFile[]): string[] {
  const first = files.filter(({ policy }) => policy !== null).map(({ path }) => path.split('/'));
  return [...new Set(first.map((parts) => (parts.length === 1 ? '' : `${parts[0]}/*`)))];
}

/** What a web server of one's own is to be told. */
interface Told {
  /** The path of the site's address. */
  root: string;
  /** By the name of the file. */
  types: Map<string, string>;
  moved: StaticSite['redirects'];
  /** Of our own pages. */
  policy: string | null;
  /** Whether there are archives. */
  immutable: boolean;
  pages: ReturnType<typeof ownPages>;
}

/** The folders of our own pages as part of a pattern, and whether the first page is ours. */
function ownPages(files: StaticFile[]): { folders: string; first: boolean } {
  const all = foldersOf(files);
  const folders = all.filter((folder) => folder !== '').map((folder) => escaped(folder.slice(0, -2)));
  return { folders: folders.join('|'), first: all.includes('') };
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const ARCHIVE = 'archives/[^/]+/[0-9a-f]{16}/';
const FOREVER = 'public, max-age=31536000, immutable';

function htaccess({ root, types, moved, policy, immutable, pages: { folders, first } }: Told): string {
  const byName = [...types].map(
    ([name, type]) => `<Files "${name}">\n  ForceType "${type.replaceAll('"', '')}"\n</Files>\n`,
  );
  const pages = [...(folders === '' ? [] : [`(?:${folders})/.*`]), ...(first ? ['(?:index\\.html)?$'] : [])];
  return `# Made by tidings build.
${immutable ? `SetEnvIf Request_URI "/${ARCHIVE}" TIDINGS_ARCHIVE\n` : ''}${policy === null ? '' : `SetEnvIf Request_URI "^${escaped(root)}/(?:${pages.join('|')})" TIDINGS_PAGE\n`}<IfModule mod_headers.c>
${EVERYWHERE.map(([name, value]) => `  Header set ${name} "${value}"\n`).join('')}  <FilesMatch "\\.(xml|json|opml)$">
    Header set Cache-Control "no-cache"
${immutable ? `    Header set Cache-Control "${FOREVER}" env=TIDINGS_ARCHIVE\n` : ''}  </FilesMatch>
${policy === null ? '' : `  <FilesMatch "\\.html$">\n    Header set Content-Security-Policy "${policy}" env=TIDINGS_PAGE\n  </FilesMatch>\n`}</IfModule>
${byName.join('')}${moved.map(({ from, to, status }) => `Redirect ${status} "${from}" "${to}"\n`).join('')}`;
}

function nginx({ root, types, moved, policy, immutable, pages: { folders, first } }: Told): string {
  const always = EVERYWHERE.map(([name, value]) => `  add_header ${name} "${value}" always;\n`).join('');
  const cached = (how: string) => `  add_header Cache-Control "${how}" always;\n`;
  const location = (pattern: string, lines: string) => `location ${pattern} {\n${lines}${always}}\n`;
  const at = escaped(root);
  // Types are told by name in archives too, whose caching is another: those come first.
  const documents = [...types].flatMap(([name, type]) => {
    const lines = `  types { }\n  default_type "${type}";\n`;
    const own = `${at}/(.*/)?${escaped(name)}$`;
    return [
      ...(immutable && /^(?:rss|atom|feed)\.\w+$/.test(name)
        ? [location(`~ "^${at}/(.*/)?${ARCHIVE}${escaped(name)}$"`, lines + cached(FOREVER))]
        : []),
      location(`~ "^${own}"`, lines + cached('no-cache')),
    ];
  });
  const page = policy === null ? '' : `  add_header Content-Security-Policy "${policy}" always;\n`;
  const pages = [
    ...(folders === ''
      ? []
      : [location(`~ "^${at}/(${folders})/(.*/)?(index\\.html)?$"`, `  index index.html;\n${page}`)]),
    ...(first ? [location(`= ${root}/`, `  try_files ${root}/index.html =404;\n${page}`)] : []),
  ];
  return `# Made by tidings build, for a server block whose root has these files: include …/tidings.nginx.conf;
${moved.map(({ from, to, status }) => `location = "${from}" { return ${status} "${to}"; }\n`).join('')}${documents.join('')}${pages.join('')}`;
}
