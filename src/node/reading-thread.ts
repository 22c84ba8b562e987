import { hash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import type { Reading } from '../articles/article.ts';
import type { AuthorDirectory } from '../articles/authors.ts';
import { type FileReader, readFile } from '../articles/file.ts';
import type { Config } from '../config/config.ts';
import type { SourceFile } from '../storage/ports.ts';
import { createFileSource } from './files.ts';

/** What the thread is started with. */
export interface ThreadData {
  contentFolder: string;
  config: Config;
}

/** Files that are to be read. */
export interface Asked {
  files: SourceFile[];
  authors: AuthorDirectory;
  /** Epoch milliseconds. */
  now: number;
}

/** A file that was read; null when it is gone. They come in the order of the files, some to a message. */
export type Answered = { tag: string; hash: string | null; reading: Reading } | null;

/** Files to a message. */
const AT_ONCE = 50;

// A thread of its own: reads and understands article files while the main one writes those before.
const { contentFolder, config } = workerData as ThreadData;
const source = createFileSource(contentFolder);
const sha256 = (data: string | Uint8Array) => hash('sha256', data, 'hex');
let working = Promise.resolve();

parentPort?.on('message', (asked: Asked) => {
  working = working.then(() => read(asked));
});

async function read({ files, authors, now }: Asked): Promise<void> {
  const reader: FileReader = { source, config, sha256, now: () => now };
  for (let at = 0; at < files.length; at += AT_ONCE) {
    const answers: Answered[] = [];
    for (const file of files.slice(at, at + AT_ONCE)) {
      // What cannot be read here is tried again, and told, where it is wanted.
      const found = await readFile(reader, file, authors).catch(() => null);
      answers.push(found && { tag: found.tag, hash: found.hash, reading: found.reading() });
    }
    parentPort?.postMessage(answers);
  }
}
