import type { Home } from '../home.ts';
import type { Statement } from '../storage/ports.ts';
import { forRows } from '../storage/rows.ts';
import { partnerOfFeed } from './addresses.ts';

/** Notes why a partner's feed could not be made, where the publisher looks for it. */
export async function notePartner(home: Home, feed: string, message: string): Promise<void> {
  await home.db.prepare('UPDATE partners SET error = ? WHERE id = ?').bind(message, partnerOfFeed(feed)).run();
}

/** Statements for the batch that commits feeds: what was wrong with them is mended. */
export function mended(home: Home, feeds: { key: string }[]): Statement[] {
  return forRows(
    home.db,
    'UPDATE partners SET error = NULL WHERE error IS NOT NULL AND id IN (SELECT value FROM json_each(?1))',
    feeds.flatMap(({ key }) => partnerOfFeed(key) ?? []),
  );
}

/** Those of some feeds that are of a partner which there is. */
export async function feedsOfPartners(home: Home, feeds: string[]): Promise<Set<string>> {
  const rows = await home.db
    .prepare(
      `SELECT j.value AS key FROM json_each(?) AS j
       WHERE EXISTS (SELECT 1 FROM partners WHERE 'partners/' || id = j.value)`,
    )
    .bind(JSON.stringify(feeds))
    .all<{ key: string }>();
  return new Set(rows.map(({ key }) => key));
}
