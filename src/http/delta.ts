import type { Format } from '../feeds/entry.ts';
import type { Home } from '../home.ts';
import type { Coding } from '../storage/codings.ts';
import { type DocumentHead, documentBody } from '../storage/documents.ts';
import { type DocumentVersion, type EntryPlace, versionsOf } from '../storage/versions.ts';
import { entityTags, type HeaderOf } from './conditional.ts';
import { etagOf } from './documents.ts';
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

/** Entries of a version that another one did not have, or had otherwise. */
function newEntries(present: DocumentVersion, base: DocumentVersion): EntryPlace[] {
  const had = new Set(base.entries.map(([mark]) => mark));
  return present.entries.filter(([mark]) => !had.has(mark));
}

/** The document with these of its entries alone: its head, whole fragments, its foot. */
export function shortened(body: Uint8Array, format: Format, all: EntryPlace[], chosen: EntryPlace[]): Uint8Array {
  const from = all[0]?.[1] ?? body.byteLength;
  const to = all.at(-1)?.[2] ?? from;
  const between = new TextEncoder().encode(format === 'json' ? ',\n' : '\n');
  const parts = [body.subarray(0, from)];
  chosen.forEach(([, start, end], at) => {
    if (at > 0) parts.push(between);
    parts.push(body.subarray(start, end));
  });
  parts.push(body.subarray(to));
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.byteLength;
  }
  return joined;
}
