import type { Home } from '../home.ts';
import { enqueueSelected, type Work, wake } from './outbox.ts';

/** Subscriptions in a slice, the most that are told twice when a process dies. */
export const SLICE = 100;
/** Subscriptions that are cut into slices in one step. */
const STEP = 10_000;
/** Steps of one message, so that many subscribers take many invocations and none asks too much. */
const STEPS = 40;
/** Milliseconds between the beginnings of two passes: a burst of changes reaches a subscriber as at most two. */
export const PASS_MS = 1_500;
/** Milliseconds until a fan-out looks after its slices unasked; the last slice asks for it. */
const WATCH_MS = 60_000;

interface FanOut {
  wanted: number;
  pass: number;
  started_at: number;
  cursor: number;
  cut: number;
  done: number;
}

/** Brings a topic's subscribers to the wanted version: begins a pass, cuts it into slices, ends it when they are done. */
export async function fanOut(home: Home, work: Work): Promise<number | null> {
  const topic = work.ref;
  for (let step = 0; step < STEPS; step += 1) {
    const state = await home.db.prepare('SELECT * FROM fanouts WHERE topic = ?').bind(topic).first<FanOut>();
    if (!state) return null;
    if (state.pass <= state.done) {
      if (state.wanted <= state.done) return null;
      const wait = state.started_at + PASS_MS - home.now();
      // More than that is a clock that was set back.
      if (wait > 0 && wait <= PASS_MS) return home.now() + wait;
      // Whoever is told may fetch at once.
      await home.freshness.settle(topic, state.wanted);
      await begin(home, topic, state.wanted);
    } else if (state.cut === 0) {
      await cut(home, topic, state);
    } else if (await hasOpenSlices(home, topic)) {
      return home.now() + WATCH_MS;
    } else {
      await end(home, topic, state);
    }
  }
  return home.now();
}

/**
 * Begins a pass. Who was given up because the lease ends before the next try of an older version is told of this one with
 * the rest (WebSub 7: a hub must go on trying with each update).
 *
 * @param wanted the version that is settled; what is wanted since then takes another pass
 */
async function begin(home: Home, topic: string, wanted: number): Promise<void> {
  await home.db.batch([
    home.db
      .prepare(
        `DELETE FROM deliveries WHERE reason = 'ended' AND EXISTS (
           SELECT 1 FROM subscriptions WHERE id = deliveries.subscription AND topic = ?)`,
      )
      .bind(topic),
    home.db
      .prepare(
        'UPDATE fanouts SET pass = ?, started_at = ?, cursor = 0, cut = 0 WHERE topic = ? AND pass <= done AND wanted > done',
      )
      .bind(wanted, home.now(), topic),
  ]);
}

/** Who comes after the part before and does not have the version, so many. */
const NEXT = 'FROM subscriptions WHERE topic = ?1 AND id > parts.last AND delivered < ?2 ORDER BY id LIMIT';

/** One step: slices of the next subscriptions that do not have the version, and their work, in one transaction. */
async function cut(home: Home, topic: string, { pass, cursor }: FanOut): Promise<void> {
  const { db } = home;
  const results = await db.batch<{ ref: string }>([
    db
      .prepare(
        `WITH RECURSIVE parts (first, last) AS (
           SELECT NULL, ?3 UNION ALL
           SELECT (SELECT id ${NEXT} 1), (SELECT max(id) FROM (SELECT id ${NEXT} ${SLICE}))
           FROM parts WHERE parts.last IS NOT NULL LIMIT ${STEP / SLICE + 1})
         INSERT INTO slices (topic, pass, first, last)
         SELECT ?1, ?2, first, last FROM parts WHERE first IS NOT NULL ON CONFLICT DO NOTHING`,
      )
      .bind(topic, pass, cursor),
    enqueueSelected(home, 'slice', {
      select: `SELECT CAST(id AS TEXT) AS ref, ? AS due_at FROM slices
         WHERE topic = ? AND pass = ? AND first > ? AND done = 0`,
      values: [home.now(), topic, pass, cursor],
      again: false,
    }),
    db
      .prepare(
        `UPDATE fanouts SET cursor = coalesce((SELECT max(last) FROM slices WHERE topic = ?1 AND pass = ?2), cursor)
         WHERE topic = ?1 AND pass = ?2`,
      )
      .bind(topic, pass),
    db
      .prepare(
        `UPDATE fanouts SET cut = NOT EXISTS (
           SELECT 1 FROM subscriptions WHERE topic = ?1 AND id > fanouts.cursor AND delivered < ?2)
         WHERE topic = ?1 AND pass = ?2`,
      )
      .bind(topic, pass),
    db
      .prepare('SELECT CAST(id AS TEXT) AS ref FROM slices WHERE topic = ? AND pass = ? AND first > ?')
      .bind(topic, pass, cursor),
  ]);
  const slices = results.at(-1)?.results ?? [];
  await wake(
    home,
    slices.map(({ ref }) => ({ type: 'slice', ref })),
  );
}

async function hasOpenSlices(home: Home, topic: string): Promise<boolean> {
  return (await home.db.prepare('SELECT 1 FROM slices WHERE topic = ? AND done = 0').bind(topic).first()) !== null;
}

async function end(home: Home, topic: string, { pass }: FanOut): Promise<void> {
  await home.db.batch([
    home.db.prepare('UPDATE fanouts SET done = ?2 WHERE topic = ?1 AND pass = ?2').bind(topic, pass),
    home.db.prepare('DELETE FROM slices WHERE topic = ? AND pass = ?').bind(topic, pass),
  ]);
}
