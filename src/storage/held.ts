import type { Home } from '../home.ts';
import type { Held } from './runs.ts';
import { readSetting, writeSetting } from './settings.ts';

const REFUSED = 'held-refused';

/** The run that waits for the publisher; null when none does. */
export async function heldRun(home: Home): Promise<Held | null> {
  return JSON.parse((await readSetting(home, 'held')) ?? 'null') as Held | null;
}

/**
 * Whether the publisher decided to keep the very articles that a held run would withdraw. Others that come to be missing ask
 * anew.
 */
export async function isRefused(home: Home, held: Held): Promise<boolean> {
  return (await readSetting(home, REFUSED)) === markOf(home, held);
}

/** The publisher keeps what the held run would withdraw: it stays published as long as its files are missing. */
export async function refuseHeld(home: Home): Promise<void> {
  const held = await heldRun(home);
  if (held) await home.db.batch([writeSetting(home, REFUSED, markOf(home, held))]);
}

const markOf = (home: Home, { reason, withdrawals, articles }: Held) =>
  home.sha256(JSON.stringify([reason, withdrawals, articles.map(({ path }) => path)]));
