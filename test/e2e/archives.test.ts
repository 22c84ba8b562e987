import { afterAll, beforeAll, expect, test } from 'vitest';
import { article, type Running, start } from './process.ts';

/** Two a month, for a year and a half. */
const FILES = Object.fromEntries(
  Array.from({ length: 36 }, (_, at) => {
    const month = new Date(Date.UTC(2024, Math.floor(at / 2), at % 2 === 0 ? 3 : 17)).toISOString();
    return [`a-${at}.md`, article(`Article ${at}`, { date: month })];
  }),
);

let tidings: Running;
beforeAll(async () => {
  tidings = await start({ files: FILES, config: `{ site: { title: 'Long ago' }, feeds: { limit: 5 } }` });
}, 120_000);
afterAll(() => tidings.end(), 30_000);

interface Page {
  next_url?: string;
  items: { title: string }[];
}

test('everything that was ever published is found by walking back', { timeout: 60_000 }, async () => {
  const titles = new Set<string>();
  const archives: Response[] = [];
  for (let address: string | undefined = '/feed.json'; address !== undefined; ) {
    const answer = await tidings.get(address);
    if (address !== '/feed.json') archives.push(answer);
    const { items, next_url } = (await answer.json()) as Page;
    for (const { title } of items) titles.add(title);
    address = next_url?.replace(tidings.url, '');
  }
  expect([...titles].sort()).toEqual(Array.from({ length: 36 }, (_, at) => `Article ${at}`).sort());
  expect(archives.length).toBeGreaterThan(12);
  for (const { status, headers } of archives) {
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toContain('immutable');
  }
});
