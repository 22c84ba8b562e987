import type { Home } from '../home.ts';
import type { TextRules } from '../partners/text-rules.ts';
import type { Statement } from '../storage/ports.ts';
import { forRows } from '../storage/rows.ts';
import { fragmentOf } from './documents.ts';
import { FORMATS, type Format, type Variant } from './entry.ts';
import type { FragmentCache, Fragments } from './fragment-cache.ts';
import { FRAGMENT_VERSION, renderFragment, renderPartnerFragment } from './fragments.ts';
import { firstHost } from './host.ts';
import type { Member } from './members.ts';
import { bodiesOf, entryOf } from './rendering.ts';
import { eachFormat } from './selection.ts';
import { relief, type Sized } from './window.ts';

/** An article as a document shows it. */
export interface Shown {
  member: Member;
  variant: Variant;
  fragments: Fragments;
}

/** What fragments are made with. */
export interface FragmentContext {
  fingerprint: string;
  cache: FragmentCache;
}

/** Characters: four bytes each, escaped in JSON, must stay inside a row. */
const MAX_FRAGMENT = 300_000;

/** Of all that a member's fragments are made from. */
export const fragmentHash = (member: Member, fingerprint: string) =>
  `${FRAGMENT_VERSION}.${fingerprint}.${member.entry_hash}`;

/** Entries whose fragments are read, or rendered and stored, at a time: those of a few feeds are megabytes in each format. */
const ENTRIES_AT_ONCE = 100;

/**
 * Each member's fragments: kept ones where they are of the present entry, else rendered. A member that is no more as it was
 * when it was looked up is left out.
 *
 * @param store is given what stores those that were rendered, a part of them at a time
 */
export async function fragmentsOf(
  home: Home,
  members: Member[],
  content: Variant,
  { fingerprint, cache }: FragmentContext,
  text: TextRules | null = null,
  store: (rendered: Statement[]) => Promise<unknown> = async () => {},
): Promise<Shown[]> {
  const nameOf = (member: Member) => keptAs(variantOf(member, content), text);
  const keyOf = (member: Member) => `${nameOf(member)} ${member.id} ${member.entry_hash}`;
  const found = new Map<string, Fragments>();
  for (const key of members.map(keyOf)) {
    const kept = cache.get(key);
    if (kept) found.set(key, kept);
  }
  const keep = (member: Member, fragments: Fragments) => {
    found.set(keyOf(member), fragments);
    cache.set(keyOf(member), fragments);
  };
  const isFound = (member: Member) => found.has(keyOf(member));
  const unseen = distinct(members.filter((member) => !isFound(member)));
  for (let at = 0; at < unseen.length; at += ENTRIES_AT_ONCE) {
    const some = unseen.slice(at, at + ENTRIES_AT_ONCE);
    for (const [member, fragments] of await storedFragments(home, some, nameOf, fingerprint)) keep(member, fragments);
    const missing = some.filter((member) => !isFound(member));
    const rendered = await renderedFragments(home, missing, content, text);
    for (const [member, texts] of rendered) keep(member, encoded(texts));
    if (rendered.length > 0) await store(storing(home, rendered, nameOf, fingerprint));
  }
  return members.flatMap((member) => {
    const fragments = found.get(keyOf(member));
    return fragments ? [{ member, variant: variantOf(member, content), fragments }] : [];
  });
}

/** Statements that store fragments; one over a row's size is rendered again when it is needed. */
function storing(
  home: Home,
  rendered: [Member, Record<Format, string>][],
  nameOf: (member: Member) => string,
  fingerprint: string,
): Statement[] {
  return forRows(
    home.db,
    `INSERT INTO fragments (article, format, variant, hash, text)
     SELECT value ->> 'article', value ->> 'format', value ->> 'variant', value ->> 'hash', value ->> 'text'
     FROM json_each(?1) WHERE true
     ON CONFLICT (article, format, variant) DO UPDATE SET hash = excluded.hash, text = excluded.text`,
    rendered.flatMap(([member, texts]) =>
      FORMATS.filter((format) => texts[format].length < MAX_FRAGMENT).map((format) => ({
        article: member.id,
        format,
        variant: nameOf(member),
        hash: fragmentHash(member, fingerprint),
        text: texts[format],
      })),
    ),
  );
}

/** The name by which a fragment is kept: partners with the same rules for texts share them. */
export const keptAs = (variant: Variant, text: TextRules | null) => (text ? `${variant} ${text.hash}` : variant);

/** What of an article a feed shows; one that asks for it is shown by its summary everywhere. */
export function variantOf(member: Member, content: Variant): Variant {
  return content === 'full' && member.excerpt ? 'excerpt' : content;
}

/** An article stands in several feeds. */
function distinct(members: Member[]): Member[] {
  return [...new Map(members.map((member) => [member.id, member])).values()];
}

const encoded = (texts: Record<Format, string>): Fragments => eachFormat((format) => fragmentOf(texts[format]));

async function storedFragments(
  home: Home,
  members: Member[],
  nameOf: (member: Member) => string,
  fingerprint: string,
): Promise<[Member, Fragments][]> {
  if (members.length === 0) return [];
  const rows = await home.db
    .prepare(
      `SELECT f.article, f.format, f.hash, f.text FROM json_each(?) AS j CROSS JOIN fragments AS f
       ON f.article = j.value ->> 'id' AND f.variant = j.value ->> 'variant'`,
    )
    .bind(JSON.stringify(members.map((member) => ({ id: member.id, variant: nameOf(member) }))))
    .all<{ article: string; format: Format; hash: string; text: string }>();
  const stored = new Map(rows.map((row) => [`${row.article} ${row.format} ${row.hash}`, row.text]));
  return members.flatMap((member) => {
    const found = FORMATS.map((format) => stored.get(`${member.id} ${format} ${fragmentHash(member, fingerprint)}`));
    const [rss, atom, json] = found;
    if (rss === undefined || atom === undefined || json === undefined) return [];
    return [[member, encoded({ rss, atom, json })]];
  });
}

async function renderedFragments(
  home: Home,
  members: Member[],
  content: Variant,
  text: TextRules | null,
): Promise<[Member, Record<Format, string>][]> {
  if (members.length === 0) return [];
  const rows = await home.db
    .prepare(
      `SELECT a.id, a.updated, a.body_hash, a.entry_hash, a.data FROM json_each(?) AS j
       CROSS JOIN articles AS a ON a.id = j.value`,
    )
    .bind(JSON.stringify(members.map(({ id }) => id)))
    .all<{ id: string; updated: string; body_hash: string; entry_hash: string; data: string }>();
  const articles = new Map(rows.map((row) => [`${row.id} ${row.entry_hash}`, row]));
  const bodies = await bodiesOf(home, rows);
  const host = await firstHost(home);
  return members.flatMap((member) => {
    const article = articles.get(`${member.id} ${member.entry_hash}`);
    if (!article) return [];
    const entry = { ...entryOf(home, article, bodies.get(article.body_hash) ?? ''), host };
    const variant = variantOf(member, content);
    const render = (format: Format) =>
      text === null
        ? renderFragment(entry, format, variant)
        : renderPartnerFragment(entry, format, variant, text, home.config);
    return [[member, eachFormat(render)]];
  });
}

/** Bytes that all beside the entries takes at the very most, in nearly every feed: tombstones, links, descriptions. */
const AMPLE_BYTES = 100_000;

/**
 * The entries that a feed's bytes allow: a text that is too long is cut to its summary, then the oldest are left out.
 *
 * @param beside bytes of the document beside its entries; asked for when it is a close thing
 */
export async function fitted(
  shown: Shown[],
  maxBytes: number,
  beside: () => number,
  cut: (member: Member) => Promise<Shown | undefined>,
): Promise<Shown[]> {
  const fits = [...shown];
  const sizes = fits.map(sizedOf);
  if (sizes.reduce((sum, { bytes }) => sum + bytes, AMPLE_BYTES) <= maxBytes) return fits;
  const budget = maxBytes - beside();
  for (let step = relief(sizes, budget); step !== null; step = relief(sizes, budget)) {
    const short = step === 'drop' ? undefined : await cut((fits[step.cut] as Shown).member);
    if (step === 'drop' || !short) {
      sizes.pop();
      fits.pop();
      continue;
    }
    fits[step.cut] = short;
    sizes[step.cut] = sizedOf(short);
  }
  return fits;
}

function sizedOf({ fragments, variant }: Shown): Sized {
  return {
    bytes: Math.max(...FORMATS.map((format) => fragments[format].bytes.byteLength)) + 2,
    cut: variant === 'cut',
  };
}
