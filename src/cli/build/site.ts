import type { Ask } from './asking.ts';

/** A file of the static site. */
export interface StaticFile {
  /** Below the folder, separated by `/`, as a file system has it. */
  path: string;
  /** The address below the server's, as it was asked for. */
  address: string;
  bytes: Uint8Array;
  contentType: string;
  /** Whether its bytes never change. */
  isImmutable: boolean;
  /** What a page allows itself to load; null of documents. */
  policy: string | null;
}

export interface StaticSite {
  files: StaticFile[];
  /** Addresses that lead to others: archives after one another, former addresses. */
  redirects: { from: string; to: string; status: number }[];
}

/** Where everything that is published can be reached from. */
const SEEDS = [
  '/',
  '/feeds.opml',
  '/sitemap.xml',
  '/news-sitemap.xml',
  '/robots.txt',
  '/rss.xml',
  '/atom.xml',
  '/feed.json',
  '/feed',
];
/** What is only of use where a server answers. */
const LIVE = /^\/(?:admin|api|docs|hub|rsscloud|xmlrpc|partners|healthz|readyz|metrics|openapi\.json)(?:[/?#]|$)/;

/**
 * Everything that a server shows to readers and people, as files: asks for it address by address, and follows what
 * documents and pages link to on the same server.
 *
 * @param base the server's public address, without a slash at the end
 * @param more addresses beside those that are linked, such as aliases
 */
export async function collectSite(
  ask: Ask,
  base: string,
  more: string[],
  onProgress: (done: number, all: number) => void,
): Promise<StaticSite> {
  const files = new Map<string, StaticFile>();
  const redirects: StaticSite['redirects'] = [];
  const queue = [...SEEDS, ...more];
  const known = new Set(queue);
  for (let at = 0; at < queue.length; at++) {
    const address = queue[at] ?? '';
    onProgress(at, queue.length);
    const answer = await ask(address);
    const to = answer.headers.get('location');
    if (answer.status >= 300 && answer.status < 400 && to !== null)
      redirects.push({ from: address, to, status: answer.status });
    const found = to === null ? [] : [to];
    if (answer.status === 200) {
      const file = fileOf(address, answer);
      if (file === null) continue;
      files.set(file.path, file);
      if (/xml|json|html|opml/.test(file.contentType)) found.push(...linksOf(new TextDecoder().decode(file.bytes)));
    } else if (answer.status >= 500) throw new Error(`${address} answers ${answer.status}`);
    for (const link of found) {
      const path = below(base, link);
      if (path === null || known.has(path) || LIVE.test(path)) continue;
      known.add(path);
      queue.push(path);
    }
  }
  onProgress(queue.length, queue.length);
  return { files: [...files.values()], redirects };
}

const LINK =
  /\s(?:href|src|xmlUrl|url)="([^"]*)"|<loc>([^<]*)<\/loc>|"(?:next_url|current_url|previous_url)":\s*("(?:[^"\\]|\\.)*")|^Sitemap: (\S+)$/gm;

function linksOf(text: string): string[] {
  return [...text.matchAll(LINK)].map(([, attribute, place, json, plain]) =>
    json === undefined
      ? (attribute ?? place ?? plain ?? '').replaceAll('&amp;', '&').replaceAll('&#38;', '&')
      : String(JSON.parse(json)),
  );
}

/** The path of an address below the server's; null of one elsewhere, or with a query. */
function below(base: string, link: string): string | null {
  if (!URL.canParse(link, `${base}/`)) return null;
  const url = new URL(link, `${base}/`);
  const whole = url.origin + url.pathname;
  const isRooted = link.startsWith('/') && !link.startsWith('//');
  if (url.search !== '') return null;
  // Pages link from the root, where the server stands by itself.
  if (isRooted) return url.pathname;
  return whole === base || whole.startsWith(`${base}/`) ? whole.slice(base.length) || '/' : null;
}

function fileOf(address: string, { headers, bytes }: Awaited<ReturnType<Ask>>): StaticFile | null {
  const contentType = headers.get('content-type') ?? 'application/octet-stream';
  const path = filePath(address, contentType.startsWith('text/html'));
  if (path === null) return null;
  const policy = contentType.startsWith('text/html') ? headers.get('content-security-policy') : null;
  return {
    path,
    address,
    bytes,
    contentType,
    isImmutable: headers.get('cache-control')?.includes('immutable') ?? false,
    policy,
  };
}

/** The name of the file that a host serves at an address; null when no file can have it. */
export function filePath(address: string, isPage: boolean): string | null {
  let parts: string[];
  try {
    parts = address.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    return null;
  }
  if (parts.some((part) => part === '.' || part === '..' || /[/\\\p{Cc}]/u.test(part) || Buffer.byteLength(part) > 250))
    return null;
  const named = !isPage && !address.endsWith('/');
  return [...parts, ...(named ? [] : ['index.html'])].join('/');
}
