import { newEntries, shortened } from '../feeds/delta.ts';
import type { Home } from '../home.ts';
import type { Coding } from '../storage/codings.ts';
import { type DocumentHead, documentBody } from '../storage/documents.ts';
import { versionsOf } from '../storage/versions.ts';
import { entityTags, etagOf, type HeaderOf } from './conditional.ts';
import { vary } from './headers.ts';

/**
 * A feed delta (RFC 3229 with the instance manipulation `feed`): who names an older version in If-None-Match and sends
 * `A-IM: feed` gets 226 with a whole document of those entries alone that are new or changed since. Null when the whole
 * document is to be sent: the version is not remembered, or everything or nothing in it is new.
 *
 * @param headers what the whole document's answer says; its ETag is that of the present version
 * @see https://www.rfc-editor.org/rfc/rfc3229#section-10.4.1
 */
export async function deltaFor(
  home: Home,
  head: DocumentHead,
  { method, header }: { method: string; header: HeaderOf },
  headers: Record<string, string>,
): Promise<Response | null> {
  const tags = header('if-none-match');
  if (tags == null || !wantsFeedDelta(header('a-im'))) return null;
  const named = entityTags(tags).map((tag) => tag.opaque);
  const versions = await versionsOf(home, head.address);
  const present = versions.find((one) => one.version === head.version && one.tags.includes(head.blob));
  const base = versions.find((one) => one !== present && one.tags.some((tag) => named.includes(etagOf(tag))));
  if (!present || !base) return null;
  const fresh = newEntries(present, base);
  if (fresh.length === 0 || fresh.length === present.entries.length) return null;
  const body = await documentBody(home, head, null);
  if (!body) return null;
  const coding = (headers['Content-Encoding'] ?? null) as Coding | null;
  const plain = shortened(body, head.format, present.entries, fresh);
  const bytes = coding === null ? plain : await home.compress(coding, plain);
  return new Response(method === 'HEAD' ? null : (bytes as Uint8Array<ArrayBuffer>), {
    status: 226,
    headers: {
      ...headers,
      'Content-Length': String(bytes.byteLength),
      IM: 'feed',
      'Delta-Base': etagOf(base.tags.find((tag) => named.includes(etagOf(tag))) ?? ''),
      // A cache that knows no instance manipulations must not take this for the document (section 10.8.2).
      'Cache-Control': 'no-store, im',
      Vary: vary(headers.Vary, 'A-IM, If-None-Match'),
    },
  });
}

/** Whether `feed` is among the instance manipulations that the client takes (section 10.5.3). */
export function wantsFeedDelta(header: string | null | undefined): boolean {
  return (header ?? '').split(',').some((item) => {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
    return name === 'feed' && !parameters.some((parameter) => /^q\s*=\s*0(?:\.0*)?$/.test(parameter));
  });
}
