import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Figure, figure } from './figure.ts';
import { benchHome } from './home.ts';
import type { Benchmark } from './main.ts';
import { fill, repeat, WORKS } from './subscribers.ts';
import { inTurn, milliseconds } from './turns.ts';

const FEW = 10_000;
/** Repetitions of each work in a round. */
const TIMES = 50;
/** The most that a database of D1 may hold, in GB. */
const LARGEST_GB = 10;

/**
 * What subscribers ask for, and a slice of a fan-out, among 10,000 subscriptions of one topic and among a million: the
 * real code over SQLite with D1's limits. Each should cost the same.
 */
export const run: Benchmark = async ({ count = 1_000_000, rounds = 5 }) => {
  const folder = mkdtempSync(join(tmpdir(), 'tidings-subscriptions-'));
  const of = (name: string) => benchHome(join(folder, name, 'data'), join(folder, name, 'content'));
  const [few, many] = [of('few'), of('many')];
  try {
    await fill(few, FEW);
    await fill(many, count);
    const figures: Figure[] = [];
    for (const name of Object.keys(WORKS)) {
      const took = await inTurn(rounds, {
        many: () => milliseconds(() => repeat(many, name, TIMES)),
        few: () => milliseconds(() => repeat(few, name, TIMES)),
      });
      const each = (values: number[]) => values.map((ms) => ms / TIMES);
      const title = `${name}, among ${count} beside ${FEW}`;
      figures.push(figure(title, 'ms', each(took.many), { beside: each(took.few), target: { atMost: 3 } }));
    }
    const pages = 'SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()';
    const size = ((await many.db.prepare(pages).first<{ bytes: number }>())?.bytes ?? 0) / 1e9;
    return [...figures, figure(`size of the database, ${count}`, 'GB', [size], { target: { atMost: LARGEST_GB } })];
  } finally {
    await few.close();
    await many.close();
    rmSync(folder, { recursive: true, force: true });
  }
};
