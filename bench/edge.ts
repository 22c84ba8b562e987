import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunReport } from '../src/storage/runs.ts';
import { corpus } from './corpus.ts';
import { type File, filesOf, keep, renamed, uploadAgain } from './edge/files.ts';
import { type Invocation, Invocations } from './edge/invocations.ts';
import { CHANGES, type Change, type Ended, newest, Session } from './edge/session.ts';
import { forgetPeak, memory } from './edge/usage.ts';
import { bundle, type Place, prepare, startWorkerd, type Workerd } from './edge/workerd.ts';
import { type Figure, figure } from './figure.ts';
import type { Benchmark } from './main.ts';

const ODD = 0.01;
/** Buckets: that of wrangler.toml, one with the same files under other categories, and one without any. */
const BUCKETS = { CONTENT: 'tidings-content', RENAMED: 'tidings-renamed', EMPTY: 'tidings-empty' };
type Bucket = keyof typeof BUCKETS;
/** At so many articles one change is looked at first, then at all of them. */
const FEW = 1_000;
const MEGABYTE = 1_000_000;
/** What Cloudflare gives an isolate. */
const MEMORY_MB = 128;
const CPU_SECONDS = 10;
const MOST = 1_000;

/**
 * The Worker in workerd, over many articles in local R2 and with local D1 and Queues: an import, one change, a rename of
 * every category, and a bucket that is found empty and then has everything again. Queries and operations are counted by the
 * wrapper of the bindings, which enforces Cloudflare's limits; CPU and memory are those of the workerd process that the Worker
 * runs in, from the operating system. The simulated database and bucket are in another workerd, the queue is in this one.
 */
export const run: Benchmark = async ({ count = 100_000 }) => {
  const articles = corpus(count, ODD);
  const expected = JSON.parse(readFileSync(join(articles, 'manifest.json'), 'utf8')) as { rejected: number };
  const folder = mkdtempSync(join(tmpdir(), 'tidings-edge-'));
  try {
    const place = await prepare(folder);
    const bench = new Bench(place, await bundle(place, 'metered'), await bundle(place, 'store'));
    await bench.makeBuckets();
    const files = filesOf(articles);
    const changes: [stage: number, change: Change][] = [];
    let imported = 0;
    let last: RunReport | null = null;
    for (const [stage, some] of stagesOf(files, count)) {
      keep(place, BUCKETS.CONTENT, some);
      await bench.work(`import of ${some.length} files`, 'CONTENT', async (session) => {
        const { report, seconds } = await session.regenerate();
        expect(report.articles.added, some.length, 'files that are new');
        imported += seconds;
        last = report;
        const change = await session.change(`${stage}`);
        const { seconds: shown, queries, reads } = change;
        console.log(
          `${seconds.toFixed(0)} s; then a change: ${shown.toFixed(1)} s, ${queries} queries, ${reads} reads`,
        );
        changes.push([stage, change]);
      });
    }
    expect((last as RunReport | null)?.articles.rejected, expected.rejected, 'files that are rejected');

    keep(place, BUCKETS.RENAMED, renamed(files));
    keep(place, BUCKETS.RENAMED, [newest(`${count}-${CHANGES}`)]);
    const rename = await bench.work('rename of every category', 'RENAMED', (session) => session.regenerate());
    const emptied = await bench.work('empty bucket', 'EMPTY', (session) => session.regenerate());
    if (emptied.report.held === null) throw new Error('An empty bucket was not held.');
    uploadAgain(place, BUCKETS.RENAMED);
    const restore = await bench.work('restored bucket', 'RENAMED', (session) => session.regenerate());
    const { published, updated, withdrawn } = restore.report.events;
    const told = published + updated + withdrawn + emptied.report.events.withdrawn + restore.report.documents.written;
    return figures(bench, count, { imported, changes, rename, restore, told });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

function expect(value: number | undefined, wanted: number, what: string): void {
  if (value !== wanted) throw new Error(`${what}: ${value}, and not ${wanted}.`);
}

/** A few of the files, taken evenly from all, and then the others. */
function stagesOf(files: File[], count: number): [stage: number, files: File[]][] {
  if (count <= FEW) return [[count, files]];
  const isFirst = (index: number) => index % Math.floor(count / FEW) === 0;
  return [
    [FEW, files.filter((_, index) => isFirst(index))],
    [count, files.filter((_, index) => !isFirst(index))],
  ];
}

class Bench {
  readonly invocations = new Invocations();
  /** Bytes by which workerd grew in each part, at most, over what it was when it had answered its first request. */
  readonly growth: [part: string, bytes: number][] = [];
  readonly #place: Place;
  readonly #worker: string;
  readonly #store: string;

  constructor(place: Place, worker: string, store: string) {
    this.#place = place;
    this.#worker = worker;
    this.#store = store;
  }

  async makeBuckets(): Promise<void> {
    const store = await this.#startStore();
    for (const [binding, bucket] of Object.entries(BUCKETS)) {
      const answer = await fetch(store.url, { method: 'POST', body: JSON.stringify({ binding, bucket }) });
      if (!answer.ok) throw new Error(`The bucket ${bucket} was not made: ${await answer.text()}`);
    }
    await store.close();
  }

  #startStore(): Promise<Workerd> {
    return startWorkerd(this.#place, this.#store, { buckets: BUCKETS });
  }

  /** Something that a new workerd does with a bucket of articles. */
  async work<T>(part: string, bucket: Bucket, work: (session: Session) => Promise<T>): Promise<T> {
    const meter = (event: string) => this.invocations.take(event);
    const store = await this.#startStore();
    const stores = { address: store.address, names: { CONTENT: bucket } };
    const workerd = await startWorkerd(this.#place, this.#worker, { meter, heap: MEMORY_MB, stores });
    try {
      this.invocations.follow(workerd.pid);
      const from = this.invocations.ended.length;
      const session = new Session(workerd, this.invocations);
      await session.get('/healthz');
      const idle = memory(workerd.pid).now;
      forgetPeak(workerd.pid);
      const began = performance.now();
      const done = await work(session);
      const growth = memory(workerd.pid).peak - idle;
      this.growth.push([part, growth]);
      const most = mostOf(this.invocations.ended.slice(from));
      console.log(
        `${part}: ${Math.round((performance.now() - began) / 1000)} s; an invocation at most ` +
          `${most.cpu.toFixed(1)} s of CPU, ${most.queries} queries, ${most.operations} operations; ` +
          `workerd ${Math.round(idle / MEGABYTE)} + ${Math.round(growth / MEGABYTE)} MB`,
      );
      return done;
    } finally {
      await workerd.close();
      await store.close();
    }
  }
}

/** The most of each that one invocation took. */
function mostOf(invocations: Invocation[]) {
  const most = (of: (one: Invocation) => number) => invocations.reduce((max, one) => Math.max(max, of(one)), 0);
  return {
    cpu: most(({ cpu }) => cpu),
    queries: most(({ queries }) => queries),
    operations: most(({ operations, fetches }) => operations + fetches),
  };
}

interface Results {
  imported: number;
  changes: [stage: number, change: Change][];
  rename: Ended;
  restore: Ended;
  told: number;
}

function figures(bench: Bench, count: number, { imported, changes, rename, restore, told }: Results): Figure[] {
  const most = mostOf(bench.invocations.ended);
  const [[, few] = [0, null]] = changes;
  return [
    figure(`import of ${count} articles`, 's', [imported]),
    ...changes.map(([stage, { seconds }]) =>
      figure(`a change is in the feeds, among ${stage}`, 's', [seconds], { target: { atMost: 5 } }),
    ),
    ...changes.map(([stage, { queries }]) =>
      figure(`queries of a change among ${stage}`, '', [queries], {
        beside: [few?.queries ?? 0],
        target: { atMost: 1 },
      }),
    ),
    ...changes.map(([stage, { reads }]) =>
      figure(`R2 reads of a change among ${stage}`, '', [reads], { beside: [few?.reads ?? 0], target: { atMost: 1 } }),
    ),
    figure('rename of every category', 's', [rename.seconds]),
    figure('articles changed by it', '', [rename.report.articles.changed]),
    figure('restore of the bucket', 's', [restore.seconds]),
    figure('announced or written by it', '', [told], { target: { atMost: 0 } }),
    ...bench.growth.map(([part, bytes]) =>
      figure(`growth of workerd: ${part}`, 'MB', [bytes / MEGABYTE], { target: { atMost: MEMORY_MB } }),
    ),
    figure('CPU of one invocation, at most', 's', [most.cpu], { target: { atMost: CPU_SECONDS } }),
    figure('queries of one invocation, at most', '', [most.queries], { target: { atMost: MOST } }),
    figure('subrequests of one invocation, at most', '', [most.operations], { target: { atMost: MOST } }),
    figure('limits exceeded', '', [bench.invocations.violations.length], { target: { atMost: 0 } }),
  ];
}
