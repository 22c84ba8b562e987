import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FileRead, ReadAhead } from '../articles/file.ts';
import type { Config } from '../config/config.ts';
import type { Home } from '../home.ts';
import type { SourceFile } from '../storage/ports.ts';
import type { Answered, Asked, ThreadData } from './reading-thread.ts';

/** Fewer files are read sooner than a thread has started. */
const MANY = 200;
const SCRIPT = join(import.meta.dirname, `reading-thread${extname(import.meta.filename)}`);

/** A file that the thread was asked for, and what to do with its answer. */
interface Pending {
  path: string;
  tag: string;
  answer: Promise<Answered>;
  settle: (answer: Answered) => void;
}

/** Reads ahead in a thread that lives as long as a regeneration has many files to read. */
export function createReadAhead({
  contentFolder,
  config,
  now,
  log,
}: Pick<Home, 'config' | 'now' | 'log'> & { contentFolder: string }): ReadAhead {
  let worker: Worker | null = null;
  /** Not answered yet, in the order in which the answers come. */
  let asked: Pending[] = [];
  let unclaimed = new Map<string, Pending>();

  function start(): Worker {
    // Functions of the publisher's are for the main thread.
    const plain = JSON.parse(JSON.stringify(config)) as Config;
    const thread = new Worker(SCRIPT, { workerData: { contentFolder, config: plain } satisfies ThreadData });
    thread.on('message', (answers: Answered[]) => {
      if (worker !== thread) return;
      for (const [at, { settle }] of asked.splice(0, answers.length).entries()) settle(answers[at] ?? null);
      if (asked.length === 0) thread.unref();
    });
    thread.on('error', (error) => log.warn('reading ahead failed', { error: String(error) }));
    thread.on('exit', () => {
      if (worker === thread) void stop();
    });
    return thread;
  }

  /** What was not answered is read where it is wanted. */
  async function stop(): Promise<void> {
    const thread = worker;
    worker = null;
    for (const { settle } of asked) settle(null);
    asked = [];
    unclaimed = new Map();
    await thread?.terminate();
  }

  return {
    begin(files, authors) {
      if (files.length < MANY || typeof config.site.permalink === 'function') return;
      for (const { path, tag } of files) {
        const { promise, resolve } = Promise.withResolvers<Answered>();
        const one = { path, tag, answer: promise, settle: resolve };
        asked.push(one);
        unclaimed.set(path, one);
      }
      worker ??= start();
      worker.ref();
      worker.postMessage({ files, authors, now: now() } satisfies Asked);
    },

    async take(file: SourceFile): Promise<FileRead | null> {
      const found = unclaimed.get(file.path);
      unclaimed.delete(file.path);
      if (found?.tag !== file.tag) return null;
      const answer = await found.answer;
      return answer && { tag: answer.tag, hash: answer.hash, reading: () => answer.reading };
    },

    stop,
  };
}
