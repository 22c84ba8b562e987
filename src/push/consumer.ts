import type { Home } from '../home.ts';
import type { Delivered } from '../storage/ports.ts';
import { handlers } from './handlers.ts';
import { CLAIM_MS, claim, extendClaim, finish, postpone, sweep, type Work, type WorkRef } from './outbox.ts';
import { inTurn } from './turns.ts';

/** Works that one batch has in hand at a time. What they send is bounded again by their lanes. */
const AT_ONCE: Record<Home['name'], number> = { node: 64, workers: 6 };
/**
 * Milliseconds after which a work that is not done lets the next message be taken, and how many such works there may be.
 * A Worker's invocation ends with its batch, so there each is waited for.
 */
const PATIENCE_MS = 500;
const DETACHED: Record<Home['name'], number> = { node: 2_000, workers: 0 };
/** A message may arrive this many milliseconds before its work is due and is kept. */
const EARLY_MS = 5_000;
/** Longest wait of a work whose handler threw, in milliseconds. */
const LONGEST_WAIT_MS = 300_000;

/**
 * The one queue consumer of both homes. A message names a row of the outbox; whoever claims the row does its work and
 * removes it. A message whose row is gone, not due or in other hands does nothing. A message of type `sweep` looks for
 * rows that have become due.
 */
export async function consume(home: Home, batch: Delivered[]): Promise<void> {
  await inTurn(batch, AT_ONCE[home.name], (message) => receive(home, message));
}

async function receive(home: Home, message: Delivered): Promise<void> {
  const { type, work: name, ref } = message.body;
  if (type === 'sweep') {
    await sweep(home);
    return message.ack();
  }
  if (type !== 'outbox' || typeof name !== 'string' || typeof ref !== 'string') {
    home.log.warn('outbox.message', { id: message.id, type });
    return message.ack();
  }
  try {
    const work = await claim(home, { type: name, ref });
    if (!work) return await decline(home, message, { type: name, ref });
    await patiently(home, perform(home, work));
    message.ack();
  } catch (error) {
    // The database itself failed. The row keeps its claim until it lapses, and is found again.
    failed(home, { type: name, ref }, 'outbox.consume', error);
    message.retry({ delaySeconds: Math.min(60, 2 ** message.attempts) });
  }
}

const detached = new WeakMap<Home, number>();

/** Waits for a work, but not for ever: one that hangs goes on under its claim, which is what keeps it from being lost. */
async function patiently(home: Home, doing: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const isDone = await Promise.race([
    doing.then(() => true),
    new Promise<false>((later) => {
      if (DETACHED[home.name] > 0) timer = setTimeout(() => later(false), PATIENCE_MS);
    }),
  ]).finally(() => {
    if (timer !== undefined) clearTimeout(timer);
  });
  const others = detached.get(home) ?? 0;
  if (isDone || others >= DETACHED[home.name]) return doing;
  detached.set(home, others + 1);
  const end = () => detached.set(home, (detached.get(home) ?? 1) - 1);
  home.waitUntil(doing.finally(end));
}

async function perform(home: Home, work: Work): Promise<void> {
  const handler = handlers[work.type];
  const heartbeat = setInterval(() => {
    extendClaim(home, work).catch((error) => failed(home, work, 'outbox.extend', error));
  }, CLAIM_MS / 4);
  try {
    if (!handler) throw new Error(`Nothing here does work of the type ${work.type}.`);
    const left = await handler(home, work);
    if (left !== 'ended') await (left === null ? finish(home, work) : postpone(home, work, left));
  } catch (error) {
    failed(home, work, 'outbox.work', error);
    await postpone(home, work, home.now() + Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** work.attempts));
  } finally {
    clearInterval(heartbeat);
  }
}

/** The row could not be claimed: it is gone, or its time has not come, or another consumer has it and may die. */
async function decline(home: Home, message: Delivered, { type, ref }: WorkRef): Promise<void> {
  const row = await home.db
    .prepare('SELECT due_at, claimed_until FROM outbox WHERE type = ? AND ref = ?')
    .bind(type, ref)
    .first<{ due_at: number; claimed_until: number }>();
  const now = home.now();
  if (!row || row.due_at - now > EARLY_MS) return message.ack();
  message.retry({ delaySeconds: Math.max(10, row.due_at - now, row.claimed_until - now) / 1000 });
}

function failed(home: Home, { type, ref }: WorkRef, event: string, error: unknown): void {
  home.log.error(event, { type, ref, error: error instanceof Error ? error.message : String(error) });
}
