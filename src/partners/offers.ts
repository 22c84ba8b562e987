import type { Home } from '../home.ts';
import type { Statement } from '../storage/ports.ts';
import { forRows } from '../storage/rows.ts';
import { showRecalls } from './recalls.ts';

/** Versions of a partner's documents by format. */
export type DocumentVersions = Record<string, number>;

/** An article as a document shows it: its id, and its last significant update, which names its version. */
export interface Offered {
  id: string;
  updated: string;
}

/** The documents of a partner, all formats together. */
export interface PartnerDocuments {
  partner: string;
  offered: Offered[];
  /** Ids of articles that they say were taken back. */
  withdrawn: string[];
  versions: DocumentVersions;
}

/**
 * Statements for the batch that commits partners' documents: what they show is offered from these versions on, what they
 * show no more is not, and what they say was taken back can be known. A version of an article is written once, when it
 * comes, and touched once, when it goes.
 */
export function recordDocuments(home: Home, documents: PartnerDocuments[]): Statement[] {
  if (documents.length === 0) return [];
  const versions = documents.map(({ partner, versions }) => ({ partner, versions: JSON.stringify(versions) }));
  const offered = documents.flatMap(({ partner, offered }) =>
    offered.map(({ id, updated }) => ({ partner, id, updated })),
  );
  const said = documents.flatMap(({ partner, offered, withdrawn }) =>
    [...offered.map(({ id }) => id), ...withdrawn].map((id) => ({ partner, id })),
  );
  const of = JSON.stringify(versions);
  return [
    home.db
      .prepare(
        `UPDATE offers SET gone = j.value ->> 'versions' FROM json_each(?1) AS j
         WHERE offers.partner = j.value ->> 'partner' AND gone IS NULL AND shown <> '{}'
           AND (offers.partner, article, version) NOT IN
             (SELECT value ->> 'partner', value ->> 'id', value ->> 'updated' FROM json_each(?2))`,
      )
      .bind(of, JSON.stringify(offered)),
    ...forRows(
      home.db,
      `INSERT INTO offers (partner, article, version, at, shown)
       SELECT o.value ->> 'partner', o.value ->> 'id', o.value ->> 'updated', ?2, v.value ->> 'versions'
       FROM json_each(?1) AS o JOIN json_each(?3) AS v ON v.value ->> 'partner' = o.value ->> 'partner'
       WHERE NOT EXISTS (SELECT 1 FROM offers WHERE partner = o.value ->> 'partner' AND article = o.value ->> 'id'
         AND version = o.value ->> 'updated' AND gone IS NULL AND shown <> '{}')
       ON CONFLICT DO NOTHING`,
      offered,
      home.now(),
      of,
    ),
    ...showRecalls(home, said, of),
  ];
}

/** A statement that remembers what a partner got by its webhook alone; nothing where it was offered before. */
export function recordPushed(home: Home, partner: string, { id, updated }: Offered): Statement {
  return home.db
    .prepare(
      `INSERT INTO offers (partner, article, version, at, shown) SELECT ?1, ?2, ?3, ?4, '{}'
       WHERE NOT EXISTS (SELECT 1 FROM offers WHERE partner = ?1 AND article = ?2 AND version = ?3)`,
    )
    .bind(partner, id, updated, home.now());
}

/** Whether a partner ever had any version of an article, by its feeds or its webhook. */
export async function wasOffered(home: Home, partner: string, article: string): Promise<boolean> {
  const row = await home.db
    .prepare('SELECT 1 AS one FROM offers WHERE article = ? AND partner = ? LIMIT 1')
    .bind(article, partner)
    .first();
  return row !== null;
}
