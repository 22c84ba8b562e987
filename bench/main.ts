import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { Figure } from './figure.ts';
import { table } from './table.ts';
import { Unavailable } from './unavailable.ts';

/**
 * A benchmark: how many articles or subscribers, and in how many rounds, or its own numbers where none are given; and the
 * file that a plot is written to, where it draws one.
 */
export type Benchmark = (options: { count?: number; rounds?: number; plot?: string }) => Promise<Figure[]>;

const BENCHMARKS: Record<string, () => Promise<{ run: Benchmark }>> = {
  articles: () => import('./articles.ts'),
  build: () => import('./build.ts'),
  serve: () => import('./serve.ts'),
  fanout: () => import('./fanout.ts'),
  partners: () => import('./partners.ts'),
  worker: () => import('./worker.ts'),
  subscriptions: () => import('./subscriptions.ts'),
  d1: () => import('./d1.ts'),
  million: () => import('./million.ts'),
  edge: () => import('./edge.ts'),
};

const USAGE = `usage: npm run bench -- NAME [--json FILE] [--count N] [--rounds N] [--plot FILE]
NAME is ${Object.keys(BENCHMARKS).join(', ')}.`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      count: { type: 'string' },
      rounds: { type: 'string' },
      plot: { type: 'string' },
    },
  });
  const [name = ''] = positionals;
  const load = BENCHMARKS[name];
  const count = Number(values.count ?? 1);
  const rounds = Number(values.rounds ?? 1);
  if (!load || positionals.length > 1 || ![count, rounds].every((number) => Number.isInteger(number) && number > 0)) {
    console.error(USAGE);
    return 2;
  }
  const { run } = await load();
  const cores = availableParallelism();
  try {
    const figures = await run({
      ...(values.count ? { count } : {}),
      ...(values.rounds ? { rounds } : {}),
      ...(values.plot ? { plot: values.plot } : {}),
    });
    console.log(`\n${table(figures)}\n\nNode ${process.versions.node}, ${cores} cores; medians of rounds in turn.`);
    if (values.json) {
      const result = { bench: name, at: new Date().toISOString(), node: process.versions.node, cores, figures };
      writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
    }
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    console.log(`${name} is left out. ${error.message}`);
  }
  return 0;
}

process.exitCode = await main();
