import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Problem } from '../../src/articles/article.ts';
import { resolveConfig } from '../../src/config/config.ts';
import type { ConfigInput } from '../../src/config/schema.ts';
import { FILE_NAMES, FORMATS, type Format } from '../../src/feeds/entry.ts';
import { createApp } from '../../src/http/app.ts';
import { createLog } from '../../src/log.ts';
import { createNodeHome } from '../../src/node/home.ts';
import { republish } from '../../src/republish.ts';
import { type RunReport, requestRun } from '../../src/storage/runs.ts';
import { type Item, itemsOf } from './reader.ts';

const CORPORA = join(import.meta.dirname, '../../../shared/corpora');

/** After the last article of every folder, so that the tests say the same on any day. */
const NOW = Date.UTC(2026, 10, 1);

/** Article folders of real sites, by their path below the corpora. */
export function corpus(path: string): string {
  return join(CORPORA, path);
}

/** Whether the folders of real sites are there. They are no part of the repository; where they lack, this is said. */
export const hasCorpora = existsSync(CORPORA);
if (!hasCorpora)
  console.warn(`Skipped: these tests publish article folders of real sites, and there is no ${CORPORA}.`);

/** A folder published. */
export interface Site {
  report: RunReport;
  /** Files that are in no feed: path, state and why. */
  refused: string[];
  /** Paths of all documents. */
  documents: string[];
  /** What an address answers. */
  text(path: string): Promise<string>;
  /** A feed's entries in each format, first to last; `''` is the site's own feed. */
  feed(path: string): Promise<Record<Format, Item[]>>;
  close(): Promise<void>;
}

/** Publishes a folder as `npm start` does at first: a Node home on the folder as it stands, and one run. */
export async function publishFolder(folder: string, config: ConfigInput): Promise<Site> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'tidings-published-'));
  const home = createNodeHome({
    dataFolder,
    contentFolder: corpus(folder),
    config: resolveConfig(config, 'http://tidings.test'),
    adminToken: 'test-token',
    allowPrivate: [],
    log: createLog('silent'),
    now: () => NOW,
  });
  await requestRun(home, { trigger: 'start' });
  await republish(home);
  const runs = await home.db.prepare('SELECT report FROM runs').all<{ report: string }>();
  const files = await home.db
    .prepare(`SELECT path, state, problems FROM files WHERE state <> 'accepted' ORDER BY path`)
    .all<{ path: string; state: string; problems: string }>();
  const documents = await home.db.prepare('SELECT address FROM documents ORDER BY address').all<{ address: string }>();
  const app = createApp(home);
  const text = async (path: string) => {
    const answer = await app.request(path);
    if (answer.status !== 200) throw new Error(`${path} answers ${answer.status}`);
    return answer.text();
  };
  return {
    report: JSON.parse(runs[0]?.report ?? 'null') as RunReport,
    refused: files.map(({ path, state, problems }) => {
      const codes = (JSON.parse(problems) as Problem[]).map((problem) => problem.code);
      return `${path} ${state}: ${codes.join(', ')}`;
    }),
    documents: documents.map(({ address }) => address),
    text,
    async feed(path) {
      const pairs = FORMATS.map(async (format) => [format, itemsOf(await text(`${path}/${FILE_NAMES[format]}`))]);
      return Object.fromEntries(await Promise.all(pairs)) as Record<Format, Item[]>;
    },
    async close() {
      await home.close();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}
