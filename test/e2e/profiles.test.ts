import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PartnerCheck } from '../../src/partners/check.ts';
import { article, isEdge, type Running, start, TOKEN } from './process.ts';

const LONG = 'The breakwater is closed from Monday for three weeks';

let tidings: Running;
let key: string;

beforeAll(async () => {
  tidings = await start({
    files: {
      'long.md': article(LONG, { image: '/long.jpg' }, '## Closed\n\n```text\nNo entry.\n```\n'),
      'short.md': article('Short'),
    },
    config: `{ site: { title: 'The News', url: 'https://news.example', language: 'en', description: 'Of the harbour' } }`,
  });
  const made = await tidings.api<{ key: string }>('POST', '/api/partners', {
    id: 'portal',
    name: 'Portal',
    profile: 'smartnews',
    logo: 'https://news.example/logo.png',
  });
  key = made.key;
}, 120_000);
afterAll(() => tidings.end(), 30_000);

const get = async (file: string) => {
  const answer = await tidings.get(`/partners/portal/${file}`, { headers: { Authorization: `Bearer ${key}` } });
  return `${answer.status} ${await answer.text()}`;
};

/** Runs the command line against the server that owns the data folder. */
const cli = (...args: string[]) =>
  new Promise<{ status: number; output: string }>((done) => {
    const env = { ...process.env, TIDINGS_DATA: join(tidings.folder, 'data'), TIDINGS_ADMIN_TOKEN: TOKEN };
    const main = join(import.meta.dirname, '../../src/cli/main.ts');
    const child = execFile(process.execPath, [main, ...args], { env }, (_, output, errors) =>
      done({ status: child.exitCode ?? -1, output: output + errors }),
    );
  });

test('a partner gets what its destination demands, and the site’s own feed stays as it is', async () => {
  const xml = await get('rss.xml');
  expect(xml).toMatch(/^200 /);
  expect(xml).toContain('xmlns:snf="http://www.smartnews.be/snf"');
  expect(xml).toContain('<snf:logo><url>https://news.example/logo.png</url></snf:logo>');
  expect(xml.match(/<media:status>active<\/media:status>/g)).toHaveLength(2);
  expect(await (await tidings.get('/rss.xml')).text()).not.toContain('snf:');
});

test('a misspelt profile is refused with the one that is meant', async () => {
  const refused = await tidings.api<{ status: number; detail: string }>('PATCH', '/api/partners/portal', {
    profile: 'smart-news',
  });
  expect(refused).toMatchObject({ status: 400 });
  expect(refused.detail).toContain('did you mean smartnews?');
});

test('another profile holds from then on, and the check says what it would not take', async () => {
  await tidings.api('PATCH', '/api/partners/portal', { profile: 'msn' });
  const xml = await get('rss.xml');
  expect(xml).not.toMatch(/<pre>|snf:/);
  expect(xml).toContain('<p>No entry.');
  const check = await tidings.api<PartnerCheck>('GET', '/api/partners/portal/check');
  const required = check.articles.map(({ title, findings }) => [
    title,
    findings.filter(({ level }) => level === 'required').map(({ rule }) => rule),
  ]);
  expect(required.sort()).toEqual([
    ['Short', ['title-too-short']],
    [LONG, []],
  ]);
  expect(check.passes).toBe(false);
});

test('a news sitemap stands below the partner’s address', async () => {
  await tidings.api('PATCH', '/api/partners/portal', { profile: 'google-news' });
  expect(await get('news-sitemap.xml')).toMatch(/^200 <\?xml[\s\S]*<urlset/);
  expect((await tidings.get('/partners/portal/news-sitemap.xml')).status).toBe(401);
});

test.skipIf(isEdge)('the command line lists the failures and ends with 1, or with 0', async () => {
  await tidings.api('PATCH', '/api/partners/portal', { profile: 'msn' });
  const failed = await cli('partners', 'check', 'portal');
  expect(failed.output).toContain(
    'required     title-too-short: the title has 5 characters, and more than 20 are asked.',
  );
  expect(failed.output).toContain('https://support.microsoft.com/en-us/msn/partner-hub/');
  expect(failed.status).toBe(1);
  await tidings.api('PATCH', '/api/partners/portal', { profile: 'smartnews' });
  const json = await cli('partners', 'check', 'portal', '--json');
  expect(JSON.parse(json.output)).toMatchObject({ profile: 'smartnews', passes: true, counts: { required: 0 } });
  expect(json.status).toBe(0);
  expect((await cli('partners', 'check', 'nobody')).output).toContain('There is no partner "nobody"');
  expect((await cli('partners', 'check')).status).toBe(2);
});
