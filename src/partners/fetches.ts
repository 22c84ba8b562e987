import type { Home } from '../home.ts';
import { settleFetched } from './recalls.ts';

/** Characters of a User-Agent that are kept. */
const AGENT = 200;

/** A partner's document that was asked for and given, or that the partner turned out to have. */
export interface Fetch {
  partner: string;
  format: string;
  /** Of the document. */
  version: number;
  agent: string | null;
}

/** Remembers that a partner has a version of its document, and that it knows what it says. Never fails. */
export async function recordFetch(home: Home, { partner, format, version, agent }: Fetch): Promise<void> {
  const now = home.now();
  const name = (agent ?? '').slice(0, AGENT).toWellFormed();
  try {
    await home.db.batch([
      home.db
        .prepare(
          `INSERT INTO partner_fetches (partner, format, version, agent, first_at, last_at, times) VALUES (?, ?, ?, ?, ?5, ?5, 1)
           ON CONFLICT (partner, format, version, agent) DO UPDATE SET last_at = excluded.last_at, times = times + 1`,
        )
        .bind(partner, format, version, name, now),
      ...settleFetched(home, partner, format, version),
    ]);
  } catch (error) {
    home.log.warn('fetch not recorded', { partner, error: error instanceof Error ? error.message : String(error) });
  }
}
