import type { Home } from '../home.ts';
import { fits } from './patterns.ts';

/** Whether a document's address is of a sister site: it is a whole one, the hub's own begin with a slash. */
export function isSister(address: string): boolean {
  return !address.startsWith('/');
}

/** Whether the configuration lets the hub carry a topic. */
export function isCarried({ config }: Pick<Home, 'config'>, address: string): boolean {
  return [...config.hub.topics, ...config.hub.poll].some((pattern) => fits(pattern, address));
}

/** Every address of a sister site that a topic URL may mean and that may be carried, the likeliest first. */
export function sisterAddresses(home: Pick<Home, 'config' | 'url'>, given: string): string[] {
  if (!/^https?:\/\//i.test(given) || !URL.canParse(given)) return [];
  const url = new URL(given);
  if (url.host === new URL(home.url).host || url.username !== '' || url.password !== '') return [];
  url.hash = '';
  const { protocol, pathname } = url;
  const slash = pathname.endsWith('/') ? pathname.replace(/\/+$/, '') || '/' : `${pathname}/`;
  const variants = [pathname, slash].flatMap((path) =>
    [protocol, protocol === 'http:' ? 'https:' : 'http:'].map((scheme) => `${scheme}//${url.host}${path}${url.search}`),
  );
  return [...new Set(variants)].filter((address) => isCarried(home, address));
}

/** The topic of a sister site that a topic URL means: one that is known, else as it is written; null when none may be. */
export async function findSister(home: Home, given: string): Promise<string | null> {
  const addresses = sisterAddresses(home, given);
  if (addresses.length === 0) return null;
  const rows = await home.db
    .prepare('SELECT address FROM sisters WHERE address IN (SELECT value FROM json_each(?))')
    .bind(JSON.stringify(addresses))
    .all<{ address: string }>();
  const known = new Set(rows.map(({ address }) => address));
  return addresses.find((address) => known.has(address)) ?? addresses[0] ?? null;
}
