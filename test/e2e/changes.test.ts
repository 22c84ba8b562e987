import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunReport } from '../../src/storage/runs.ts';
import { article, HOME, isEdge, type Running, start, until } from './process.ts';

let tidings: Running;
beforeAll(async () => {
  tidings = await start({
    files: { 'first.md': article('First', { tags: '[old]' }), 'second.md': article('Second') },
    config: `{ site: { title: 'Changes', timezone: 'Asia/Seoul' }, feeds: { tagMinimum: 1 } }`,
  });
}, 120_000);
afterAll(() => tidings.end(), 30_000);

interface Item {
  id: string;
  title: string;
  date_modified: string;
}
const items = async (path = '/feed.json') => ((await (await tidings.get(path)).json()) as { items: Item[] }).items;
const titles = async (path?: string) => (await items(path)).map((item) => item.title);
const appears = (title: string, ms = 5_000) =>
  until(async () => (await titles()).includes(title), ms, `${title} in the feed`);

/** What the edge's own minute does; Node has a timer for it. */
const minute = () => (isEdge ? tidings.get('/cdn-cgi/local/scheduled?cron=*+*+*+*+*') : Promise.resolve());

describe('what changes is published', () => {
  test('a new file', async () => {
    tidings.write('third.md', article('Third', { tags: '[fresh]' }));
    await appears('Third');
    // Each feed is a commit of its own; the site's comes first.
    await until(async () => (await tidings.get('/tag/fresh/feed.json')).ok, 5_000, 'the feed of its tag');
    expect(await titles('/tag/fresh/feed.json')).toEqual(['Third']);
  });

  test('a changed title and body: the same id, a later update', async () => {
    const before = (await items()).find((item) => item.title === 'First');
    tidings.write('first.md', article('First, corrected', { tags: '[old]' }, 'Another text.'));
    await appears('First, corrected');
    const after = (await items()).find((item) => item.title === 'First, corrected');
    expect(after?.id).toBe(before?.id);
    expect(Date.parse(after?.date_modified ?? '')).toBeGreaterThan(Date.parse(before?.date_modified ?? ''));
    expect(await titles()).not.toContain('First');
  });

  test('a moved file: the same id, nothing twice', async () => {
    const before = (await items()).find((item) => item.title === 'Second');
    tidings.write('moved/second.md', article('Second'));
    tidings.write('second.md', null);
    const after = await until(
      async () => (await items()).find((item) => JSON.stringify(item).includes('/articles/moved/second/')),
      5_000,
      'the new address',
    );
    expect(after.id).toBe(before?.id);
    expect((await titles()).filter((title) => title === 'Second')).toHaveLength(1);
  });

  test('an article of the future, by itself at its time; a draft never', async () => {
    const time = Date.now() + 3_000;
    tidings.write('draft.md', article('Draft', { draft: 'true' }));
    tidings.write('later.md', article('Later', { date: new Date(time).toISOString() }));
    while (Date.now() < time - 200) expect(await titles()).not.toContain('Later');
    await until(async () => Date.now() > time, 10_000, 'its time');
    await minute();
    await appears('Later');
    expect(await titles()).not.toContain('Draft');
  });

  test('by POST /api/runs, with a report', async () => {
    const report = await tidings.api<RunReport>('POST', '/api/runs');
    expect(report).toMatchObject({
      trigger: 'api',
      articles: { seen: 5, added: 0, changed: 0, accepted: 4, withheld: 1, rejected: 0 },
      documents: { written: 0 },
      events: { published: 0, updated: 0, withdrawn: 0 },
      held: null,
    });
    const { runs } = await tidings.api<{ runs: RunReport[] }>('GET', '/api/runs');
    expect(runs[0]).toMatchObject({ id: report.id });
    expect(runs.map((run) => run.trigger)).toContain(isEdge ? 'api' : 'start');
  });

  test('by PUT and DELETE of an article, with If-Match', async () => {
    const url = '/api/articles/put/%EC%83%88%20%EA%B8%80.md';
    const headers = { Authorization: 'Bearer end-to-end-token' };
    const put = await tidings.get(url, { method: 'PUT', headers, body: article('Put') });
    expect(put.status).toBe(201);
    await appears('Put');
    const got = await tidings.get(url, { headers });
    expect([await got.text(), got.headers.get('etag')]).toEqual([article('Put'), put.headers.get('etag')]);
    const stale = { ...headers, 'If-Match': '"0000"' };
    expect((await tidings.get(url, { method: 'PUT', headers: stale, body: 'x' })).status).toBe(412);
    expect((await tidings.get(url, { method: 'DELETE', headers: stale })).status).toBe(412);
    const fresh = { ...headers, 'If-Match': put.headers.get('etag') ?? '' };
    expect((await tidings.get(url, { method: 'PUT', headers: fresh, body: article('Put again') })).status).toBe(204);
    await appears('Put again');
    expect((await tidings.get(url, { method: 'DELETE', headers })).status).toBe(204);
    expect((await tidings.get('/api/articles/..%2fescape.md', { method: 'PUT', headers, body: 'x' })).status).toBe(400);
  });

  test('a file that cannot be read any more leaves the article as it was, and says so', async () => {
    tidings.write('third.md', '---\ntitle: "Third\n\nno end');
    const problem = await until(
      async () => {
        const { files } = await tidings.api<{ files: { path: string; state: string; problems: { code: string }[] }[] }>(
          'GET',
          '/api/articles',
        );
        return files.find((file) => file.path === 'third.md' && file.state === 'rejected');
      },
      5_000,
      'the rejection',
    );
    expect(problem.problems.map((one) => one.code)).toContain('last-good-kept');
    expect(await titles()).toContain('Third');
  });
});

test('an emptied folder withdraws nothing until the publisher agrees', async () => {
  for (let n = 0; n < 8; n++) tidings.write(`many/${n}.md`, article(`Many ${n}`));
  await until(async () => (await titles()).filter((title) => title.startsWith('Many')).length === 8, 8_000, 'eight');
  for (let n = 0; n < 8; n++) tidings.write(`many/${n}.md`, null);
  // At the edge the folder is synced to the bucket file by file.
  await until(
    async () => {
      const { files } = await tidings.api<{ files: { path: string }[] }>('GET', '/api/articles');
      return !files.some((file) => file.path.startsWith('many/'));
    },
    10_000,
    'all eight to be missed',
  );
  const held = await until(
    async () => {
      const report = await tidings.api<RunReport>('POST', '/api/runs');
      return report.held ? report : null;
    },
    10_000,
    'a held run',
  );
  expect(held.held).toMatchObject({ reason: 'many-withdrawals' });
  expect(held.held?.withdrawals).toBeGreaterThanOrEqual(8);
  expect((await titles()).filter((title) => title.startsWith('Many'))).toHaveLength(8);
  const accepted = await tidings.api<RunReport>('POST', '/api/runs', { acceptWithdrawals: true });
  expect(accepted).toMatchObject({ held: null, events: { withdrawn: held.held?.withdrawals } });
  expect((await titles()).filter((title) => title.startsWith('Many'))).toHaveLength(0);
});

// Only Node watches the folder itself; at the edge the folder is synced into the bucket first.
test.runIf(HOME === 'node')('on Node a change is in the feed within a second of the file settling', async () => {
  tidings.write('quick.md', article('Quick'));
  await appears('Quick', 1_000);
});
