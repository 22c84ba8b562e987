import type { Home } from '../home.ts';
import type { Statement } from '../storage/ports.ts';
import { announceChange, wakeAnnouncements } from './channels/notices.ts';
import { enqueueSelected, wake } from './outbox.ts';

/**
 * Statements for the batch that writes a document's new head: everyone who subscribed to it is to be told. Once for each
 * change; without subscribers it costs one row. After the commit, {@link wakeFanOuts} starts the fan-out at once.
 *
 * @param version the head's version. Where the document began anew and counts from 1 again, what is wanted still rises.
 */
export function announceDocument(home: Home, address: string, version: number): Statement[] {
  return [
    home.db
      .prepare(
        `INSERT INTO fanouts (topic, wanted) VALUES (?, ?)
         ON CONFLICT (topic) DO UPDATE SET wanted = max(wanted + 1, excluded.wanted)`,
      )
      .bind(address, version),
    enqueueSelected(home, 'fanout', {
      select: `SELECT ? AS ref, ${home.now()} AS due_at WHERE EXISTS (SELECT 1 FROM subscriptions WHERE topic = ?)`,
      values: [address, address],
      again: true,
    }),
    ...announceChange(home, address),
  ];
}

/** Sends the messages for what {@link announceDocument} has decided, when it is committed. */
export async function wakeFanOuts(home: Home, addresses: string[]): Promise<void> {
  const wanted = await home.db
    .prepare("SELECT type, ref FROM outbox WHERE type = 'fanout' AND ref IN (SELECT value FROM json_each(?))")
    .bind(JSON.stringify(addresses))
    .all<{ type: string; ref: string }>();
  await wake(home, wanted);
  await wakeAnnouncements(home);
}
