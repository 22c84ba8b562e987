import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sink, startSink } from '../push/sink.ts';
import { article, isEdge, ownerOf, type Running, sleep, start, until } from './process.ts';

// D1 and R2 are Cloudflare's to keep; here it is about the file of the Node home.
describe.skipIf(isEdge)('a database that cannot be written', () => {
  let tidings: Running;
  let sink: Sink;
  const databaseFile = () => join(tidings.folder, 'data', 'tidings.sqlite');

  beforeAll(async () => {
    sink = await startSink();
    tidings = await start({ files: { 'news.md': article('News 0') } });
    expect((await subscribe('/reader')).status).toBe(202);
    await told('News 0');
  }, 120_000);
  afterAll(async () => {
    await tidings.end();
    await sink.close();
  }, 30_000);

  function subscribe(path: string) {
    const body = new URLSearchParams({
      'hub.mode': 'subscribe',
      'hub.topic': `${tidings.url}/atom.xml`,
      'hub.callback': sink.url + path,
    });
    return tidings.get('/hub', { method: 'POST', body });
  }

  const told = (words: string, ms = 20_000) =>
    until(async () => sink.deliveries('/reader').find(({ body }) => body.includes(words)), ms, words);

  /** What writes is refused with a sentence and changes nothing; what reads goes on. */
  async function isRefused(sentence: RegExp): Promise<void> {
    const refused = await subscribe('/never');
    expect(refused.status).toBe(503);
    expect(await refused.text()).toMatch(sentence);
    expect(refused.headers.get('retry-after')).toBe('30');
    expect((await tidings.get('/atom.xml')).status).toBe(200);
    expect((await tidings.get('/api/subscribers', admin)).status).toBe(200);
  }

  const admin = { headers: { Authorization: 'Bearer end-to-end-token' } };

  async function isWell(words: string): Promise<void> {
    // What changed meanwhile is told without anybody's doing.
    await told(words, 100_000);
    expect((await subscribe('/later')).status).toBe(202);
    const { subscribers } = await tidings.api<{ subscribers: { callback: string }[] }>('GET', '/api/subscribers');
    expect(subscribers.some(({ callback }) => callback.endsWith('/never'))).toBe(false);
    const check = new DatabaseSync(databaseFile(), { readOnly: true });
    expect(check.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    check.close();
  }

  test('a full disk: refused with a sentence, nothing broken, well again by itself', { timeout: 150_000 }, async () => {
    const limit = (bytes: string) => execFileSync('prlimit', [`--fsize=${bytes}:`, '--pid', `${ownerOf(tidings).pid}`]);
    // A limit on the size of files stands for a disk without room: the same writes fail, in this process alone.
    limit('512');
    await isRefused(/disk of the data folder is full/);
    tidings.write('news.md', article('News 1'));
    await sleep(3_000);
    limit('unlimited');
    await isWell('News 1');
  });

  test('a locked database: the same', { timeout: 150_000 }, async () => {
    // The server may just be writing.
    const other = new DatabaseSync(databaseFile(), { timeout: 5_000 });
    other.exec('BEGIN IMMEDIATE');
    await isRefused(/Another program holds the database/);
    tidings.write('news.md', article('News 2'));
    await sleep(3_000);
    other.exec('ROLLBACK');
    other.close();
    await isWell('News 2');
  });
});
