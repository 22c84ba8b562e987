import type { Home } from '../home.ts';
import { isPartnerAddress } from '../partners/addresses.ts';
import type { Statement } from '../storage/ports.ts';
import { forRows } from '../storage/rows.ts';
import { ANNOUNCE, GATHER_MS, wakeAnnouncements } from './channels/notices.ts';
import { configured } from './channels/receivers.ts';
import { enqueueSelected, wake } from './outbox.ts';

/**
 * Statements for the batch that writes documents' new heads: everyone who subscribed to them is to be told. Once for each
 * change; without subscribers it costs a row each. After the commit, {@link wakeFanOuts} starts the fan-outs at once.
 *
 * @param documents with the heads' versions. Where a document began anew and counts from 1 again, what is wanted still rises.
 */
export function announceDocuments(home: Home, documents: { address: string; version: number }[]): Statement[] {
  if (documents.length === 0) return [];
  const addresses = documents.map(({ address }) => address);
  return [
    ...forRows(
      home.db,
      `INSERT INTO fanouts (topic, wanted) SELECT value ->> 'address', value ->> 'version' FROM json_each(?1) WHERE true
       ON CONFLICT (topic) DO UPDATE SET wanted = max(wanted + 1, excluded.wanted)`,
      documents.map(({ address, version }) => ({ address, version })),
    ),
    enqueueSelected(home, 'fanout', {
      select: `SELECT value AS ref, ? AS due_at FROM json_each(?)
         WHERE EXISTS (SELECT 1 FROM subscriptions WHERE topic = value)`,
      values: [home.now(), JSON.stringify(addresses)],
      again: true,
    }),
    // What is behind a partner's key is nobody else's news.
    ...announceChanges(
      home,
      addresses.filter((address) => !isPartnerAddress(address)),
    ),
  ];
}

/** Receivers that are told of documents are to be told of these. */
function announceChanges(home: Home, addresses: string[]): Statement[] {
  const concerned = configured(home).flatMap(({ key, announcer }) =>
    announcer.about === 'documents'
      ? addresses
          .filter((address) => announcer.concerns?.(address) ?? true)
          .map((address) => ({ receiver: key, address }))
      : [],
  );
  if (concerned.length === 0) return [];
  const now = home.now();
  const receivers = JSON.stringify([...new Set(concerned.map(({ receiver }) => receiver))]);
  return [
    ...forRows(
      home.db,
      `INSERT INTO notices (receiver, subject, type, seq, at, created_at, due_at)
       SELECT value ->> 'receiver', value ->> 'address', 'changed', 1, ?2, ?3, ?3 FROM json_each(?1) WHERE true
       ON CONFLICT (receiver, subject) DO UPDATE SET seq = seq + 1, at = excluded.at, due_at = excluded.due_at, attempts = 0`,
      concerned,
      new Date(now).toISOString(),
      now,
    ),
    enqueueSelected(home, ANNOUNCE, {
      select: `SELECT value AS ref, ? AS due_at FROM json_each(?) WHERE true`,
      values: [now + GATHER_MS, receivers],
      again: true,
    }),
  ];
}

/** Sends the messages for what {@link announceDocuments} has decided, when it is committed. */
export async function wakeFanOuts(home: Home, addresses: string[]): Promise<void> {
  const wanted = await home.db
    .prepare("SELECT type, ref FROM outbox WHERE type = 'fanout' AND ref IN (SELECT value FROM json_each(?))")
    .bind(JSON.stringify(addresses))
    .all<{ type: string; ref: string }>();
  await wake(home, wanted);
  await wakeAnnouncements(home);
}
