import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle, prepare, startWorkerd, type Workerd } from './edge/workerd.ts';
import { type Figure, figure } from './figure.ts';
import type { Benchmark } from './main.ts';
import { WORKS } from './subscribers.ts';
import { inTurn, milliseconds } from './turns.ts';

const FEW = 10_000;
/** Repetitions of each work in a round. */
const TIMES = 50;
/** The most that a database of D1 may hold, in GB. */
const LARGEST_GB = 10;

/**
 * What subscribers ask for, and a slice of a fan-out, among a million subscriptions in workerd's local D1, in turn with
 * 10,000: the time of each from outside, and the rows that D1 says it read, which do not depend on what else the machine
 * does.
 */
export const run: Benchmark = async ({ count = 1_000_000, rounds = 5 }) => {
  const folder = mkdtempSync(join(tmpdir(), 'tidings-d1-'));
  const databases: Workerd[] = [];
  try {
    const of = async (name: string, size: number) => {
      mkdirSync(join(folder, name));
      const place = await prepare(join(folder, name));
      const workerd = await startWorkerd(place, await bundle(place, 'subscriptions'));
      databases.push(workerd);
      await ask(workerd, { fill: size });
      return workerd;
    };
    const few = await of('few', FEW);
    const many = await of('many', count);
    const figures: Figure[] = [];
    let size = 0;
    for (const name of Object.keys(WORKS)) {
      const read = { many: [] as number[], few: [] as number[] };
      const once = (workerd: Workerd, kept: number[]) =>
        milliseconds(async () => {
          const rows = await ask(workerd, { work: name, times: TIMES });
          kept.push(rows.read / TIMES);
          size = Math.max(size, rows.size);
        });
      const took = await inTurn(rounds, { many: () => once(many, read.many), few: () => once(few, read.few) });
      const each = (values: number[]) => values.map((ms) => ms / TIMES);
      const title = `${name}, among ${count} beside ${FEW}`;
      figures.push(figure(title, 'ms', each(took.many), { beside: each(took.few), target: { atMost: 3 } }));
      figures.push(figure('    rows read', '', read.many, { beside: read.few, target: { atMost: 1.1 } }));
    }
    return [
      ...figures,
      figure(`size of the database, ${count}`, 'GB', [size / 1e9], { target: { atMost: LARGEST_GB } }),
    ];
  } finally {
    for (const workerd of databases) await workerd.close();
    rmSync(folder, { recursive: true, force: true });
  }
};

interface Rows {
  read: number;
  size: number;
}

async function ask({ url }: Workerd, what: Record<string, string | number>): Promise<Rows> {
  const query = new URLSearchParams(Object.entries(what).map(([name, value]) => [name, String(value)]));
  const answer = await fetch(`${url}/?${query}`);
  if (!answer.ok) throw new Error(`${query} gave ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Rows;
}
