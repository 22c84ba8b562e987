import type { Home } from '../home.ts';
import { formerUrls } from './former-urls.ts';
import { findSister, isSister } from './sisters.ts';

/** The absolute address of a document, as its topic is announced: WebSub's canonical URL. */
export function topicUrl(home: Pick<Home, 'url'>, address: string): string {
  return isSister(address) ? address : new URL(home.url + address).href;
}

/** The hub's own absolute address. */
export function hubUrl(home: Pick<Home, 'url'>): string {
  return `${home.url}/hub`;
}

/**
 * The document that a topic URL means: its address below the server's URL, or the whole address of a sister site's; null
 * when the hub has none such. The scheme, the host's case, a default port, a trailing slash, a fragment and the form of
 * percent-encoding make no difference.
 */
export async function findTopic(home: Home, given: string): Promise<string | null> {
  const addresses = await topicAddresses(home, given);
  if (addresses.length === 0) return findSister(home, given);
  const row = await home.db
    .prepare('SELECT address FROM documents WHERE address IN (SELECT value FROM json_each(?)) LIMIT 1')
    .bind(JSON.stringify(addresses))
    .first<{ address: string }>();
  return row?.address ?? null;
}

/**
 * What {@link possibleAddresses} gives, for the server's URL or one that it had before: who subscribed there may renew, and
 * be told, until the lease ends.
 */
export async function topicAddresses(home: Home, given: string): Promise<string[]> {
  const own = possibleAddresses(home, given);
  if (own.length > 0) return own;
  const former = await formerUrls(home);
  return former.flatMap((url) => possibleAddresses({ url }, given));
}

/** Every address below the server's URL that a topic URL may mean; none when it is of another server. */
export function possibleAddresses({ url }: Pick<Home, 'url'>, given: string): string[] {
  const own = new URL(url);
  if (!URL.canParse(given)) return [];
  const topic = new URL(given);
  if (topic.protocol !== 'http:' && topic.protocol !== 'https:') return [];
  // Ports count as given: http and https each have their default, and either may mean the other.
  if (topic.hostname !== own.hostname || topic.port !== own.port || topic.search !== '') return [];
  const base = own.pathname.replace(/\/$/, '');
  if (!topic.pathname.startsWith(`${base}/`)) return [];
  const path = topic.pathname.slice(base.length).replace(/(?<=.)\/+$/, '');
  return [...new Set([path, decoded(path), encodeURI(decoded(path))])];
}

function decoded(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
