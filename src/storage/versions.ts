import type { Home } from '../home.ts';
import type { DocumentHead } from './documents.ts';
import type { Statement } from './ports.ts';
import { forRows } from './rows.ts';

/** Versions of a document that are remembered: of a feed polled every hour, most of a day with a change each hour. */
const KEPT = 20;

/** An entry in a document's body: what it was made from, and where it stands, in bytes. */
export type EntryPlace = [mark: string, start: number, end: number];

/** Hexadecimal digits of a mark that tell which article it is of; the rest tells what was made of it. */
const ARTICLE_DIGITS = 8;

/** The mark of an entry: from an article's id, and all that its fragment is made from. */
export function markOf({ sha256 }: Pick<Home, 'sha256'>, id: string, content: string): string {
  return sha256(id).slice(0, ARTICLE_DIGITS) + sha256(content).slice(0, 12);
}

/** What the entries of one article have in common, in whichever version. */
export function articleOf([mark]: EntryPlace): string {
  return mark.slice(0, ARTICLE_DIGITS);
}

/** A version of a document that somebody may have. */
export interface DocumentVersion {
  version: number;
  /** Hashes of its bytes, plain and coded. */
  tags: string[];
  entries: EntryPlace[];
}

/** Statements that remember versions, for the batch that commits them, and forget the oldest. */
export function rememberVersions(
  home: Home,
  written: { head: Pick<DocumentHead, 'address' | 'version' | 'blob' | 'codings'>; entries: EntryPlace[] }[],
): Statement[] {
  const rows = written.map(({ head: { address, version, blob, codings }, entries }) => ({
    address,
    version,
    tags: [blob, ...Object.values(codings).map((coded) => coded.blob)],
    entries,
  }));
  return [
    ...forRows(
      home.db,
      `INSERT OR REPLACE INTO document_versions (address, version, tags, entries)
       SELECT value ->> 'address', value ->> 'version', value -> 'tags', value -> 'entries' FROM json_each(?1)`,
      rows,
    ),
    ...forRows(
      home.db,
      `DELETE FROM document_versions WHERE (address, version) IN
         (SELECT v.address, v.version FROM json_each(?1) AS j CROSS JOIN document_versions AS v
          ON v.address = j.value ->> 'address' AND v.version <= j.value ->> 'version' - ?2)`,
      rows.map(({ address, version }) => ({ address, version })),
      KEPT,
    ),
  ];
}

/** The versions of a document that are remembered, the newest first. */
export async function versionsOf(home: Home, address: string): Promise<DocumentVersion[]> {
  const rows = await home.db
    .prepare('SELECT version, tags, entries FROM document_versions WHERE address = ? ORDER BY version DESC')
    .bind(address)
    .all<{ version: number; tags: string; entries: string }>();
  return rows.map(({ version, tags, entries }) => ({
    version,
    tags: JSON.parse(tags) as string[],
    entries: JSON.parse(entries) as EntryPlace[],
  }));
}
