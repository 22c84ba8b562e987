import type { Context } from 'hono';
import type { Home } from '../home.ts';
import { republish } from '../republish.ts';
import { findRun, type Run } from '../storage/runs.ts';

/** How long an answer waits for the run that was asked for. */
const RUN_WAIT_MS = 25_000;
const POLL_MS = 25;

/** Starts the run that was asked for and waits for its end. Null when that takes longer than anybody waits. */
export async function runToEnd(home: Home, id: string): Promise<Run | null> {
  home.waitUntil(republish(home));
  const until = Date.now() + RUN_WAIT_MS;
  while (Date.now() < until) {
    const run = await findRun(home, id);
    if (run?.state === 'done' || run?.state === 'failed') return run;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return null;
}

/** The answer where a run takes longer: its address, and what is known beside it. */
export function stillRunning(home: Home, c: Context, id: string, more: object = {}): Response {
  const href = `${home.url}/api/runs/${id}`;
  return c.json({ id, href, ...more }, 202, { Location: href });
}
