import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startServer } from '../src/node/server.ts';
import { republish } from '../src/republish.ts';
import { requestRun } from '../src/storage/runs.ts';
import { benchHome } from './home.ts';
import { answer, instant } from './process.ts';

/**
 * `insert`: verified subscriptions to /rss.xml. `change`: an article changes; answers when its document was committed.
 * `deltas`: from now on everybody wants new and changed entries alone.
 */
export type HubQuestion =
  | { type: 'address' }
  | { type: 'insert'; url: string; first: number; count: number }
  | { type: 'change' }
  | { type: 'deltas' }
  | { type: 'subscriptions' }
  | { type: 'memory' };
export type HubAnswer = { url?: string; at?: number; count?: number; megabytes?: number };

/** Of the feed's articles the newest changes; each is of so many bytes, and all of them make nearly 60 KB. */
const ARTICLES = 20;
const BYTES = 2_550;

// A process of its own: the server as `npm start` has it, over articles of which one changes when it is asked to.
const [folder = ''] = process.argv.slice(2);
const [data, content] = [join(folder, 'data'), join(folder, 'content')];
const home = benchHome(data, content);
let version = 0;
mkdirSync(join(content, 'content/posts'), { recursive: true });
for (let n = 1; n < ARTICLES; n++) writeArticle(`content/posts/${n}.md`, n, n);
changeArticle();
const options = { port: 0, host: '127.0.0.1', contentFolder: content, dataFolder: data, schedule: null };
const server = await startServer(home, options);
await ran();

function changeArticle(): void {
  version += 1;
  writeArticle('ferry.md', ARTICLES, version);
}

function writeArticle(path: string, day: number, ferry: number): void {
  const sentence = `The ferry of ${ferry} leaves the harbour at noon.\n\n`;
  const body = sentence.repeat(Math.floor(BYTES / (sentence.length + 7)));
  const head = `title: Ferries ${day}\ndate: 2024-03-${String(day).padStart(2, '0')}`;
  writeFileSync(join(content, path), `---\n${head}\n---\n\n${body}`);
}

async function ran(): Promise<void> {
  await requestRun(home, { trigger: 'api' });
  await republish(home);
}

async function documentVersion(): Promise<number> {
  const sql = "SELECT version FROM documents WHERE address = '/rss.xml'";
  return (await home.db.prepare(sql).first<{ version: number }>())?.version ?? 0;
}

/** Changes the article, and tells when the batch with its document was committed. */
async function change(): Promise<HubAnswer> {
  const before = await documentVersion();
  const { db } = home;
  const { batch } = db;
  let at = 0;
  db.batch = async <T>(statements: Parameters<typeof batch>[0]) => {
    const results = await batch<T>(statements);
    const committed = instant();
    if (at === 0 && (await documentVersion()) > before) at = committed;
    return results;
  };
  changeArticle();
  await ran();
  db.batch = batch;
  return { at };
}

async function insert(url: string, first: number, count: number): Promise<void> {
  const now = home.now();
  const sql = `WITH RECURSIVE n(i) AS (SELECT ? UNION ALL SELECT i + 1 FROM n WHERE i < ?)
     INSERT INTO subscriptions (channel, topic, asked_topic, callback, origin, secret, lease_seconds, lease_until,
       created_at, verified_at)
     SELECT 'websub', '/rss.xml', ?, ? || '/' || i, ?, 'secret-' || i, 864000, ?, ?, ? FROM n`;
  await home.db
    .prepare(sql)
    .bind(first, first + count - 1, `${home.url}/rss.xml`, url, url, now + 864_000_000, now, now)
    .run();
}

answer<HubQuestion, HubAnswer>(async (question) => {
  switch (question.type) {
    case 'address':
      return { url: `http://127.0.0.1:${server.port}` };
    case 'insert':
      await insert(question.url, question.first, question.count);
      return {};
    case 'change':
      return change();
    case 'deltas':
      await home.db.prepare('UPDATE subscriptions SET delta = 1').run();
      return {};
    case 'subscriptions':
      return (await home.db.prepare('SELECT count(*) AS count FROM subscriptions').first<{ count: number }>()) ?? {};
    case 'memory':
      return { megabytes: (process.resourceUsage().maxRSS * 1024) / 1_000_000 };
  }
});
