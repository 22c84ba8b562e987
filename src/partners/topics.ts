import type { Home } from '../home.ts';
import { findTopic, topicAddresses } from '../hub/topics.ts';
import { isPartnerAddress } from './addresses.ts';
import { provenKey } from './keys.ts';

/** A topic that somebody may subscribe to. */
export interface ProvenTopic {
  /** The document's address. */
  topic: string;
  /** As it was written, but never with a key. */
  asked: string;
  /** The id of the key that proved it; null for a topic that is open to everybody. */
  key: string | null;
}

/**
 * The document that a topic URL means, if whoever asks may have it: a partner's is found by its key alone, in the topic's
 * query (`?key=`) or in the request's Authorization, and without one it is as if it were not there. The key ends here:
 * nothing that is stored or sent holds it.
 */
export async function provenTopic(
  home: Home,
  given: string,
  authorization: string | null,
): Promise<ProvenTopic | null> {
  const url = URL.parse(given);
  const bare = url && withoutKey(url);
  const partner = (await topicAddresses(home, bare ?? given)).find(isPartnerAddress)?.split('/')[2];
  if (url === null || bare === null || partner === undefined) {
    const topic = await findTopic(home, given);
    return topic === null || isPartnerAddress(topic) ? null : { topic, asked: given, key: null };
  }
  const key = await provenKey(home, partner, url.searchParams.get('key') ?? keyFrom(authorization) ?? '');
  const topic = key === null ? null : await findTopic(home, bare);
  return topic === null ? null : { topic, asked: bare, key };
}

function withoutKey(url: URL): string {
  const bare = new URL(url);
  bare.searchParams.delete('key');
  return bare.href;
}

/** The key in an Authorization header: a bearer token, or the password of whatever user (RFC 6750, RFC 7617). */
export function keyFrom(authorization: string | null | undefined): string | null {
  const [, scheme = '', value = ''] = /^(Bearer|Basic) +(\S+) *$/i.exec(authorization ?? '') ?? [];
  if (scheme.toLowerCase() !== 'basic') return value || null;
  try {
    const pair = atob(value);
    return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : null;
  } catch {
    return null;
  }
}
