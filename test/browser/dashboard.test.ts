import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../../src/node/server.ts';
import { makeHome, type TestHome } from '../home.ts';
import { article } from '../http/publishing.ts';
import { findChromium } from './chromium.ts';
import { freePort } from './ports.ts';

const executablePath = findChromium();
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Kept, so that a person can look at them. */
const ARTIFACTS = join(import.meta.dirname, '../../artifacts');
const BROKEN = '---\ntitle: "Low tide\ntags: [\n---\nThe causeway is open.\n';

/** What one reads on the way, in each language. */
const LANGUAGES = [
  {
    locale: 'en-GB',
    overview: 'Overview',
    rejected: 'rejected',
    live: 'Live',
    shownOnce: 'shown only now',
    again: 'Send again',
  },
  {
    locale: 'ko-KR',
    overview: '개요',
    rejected: '거부됨',
    live: '실시간',
    shownOnce: '지금 한 번만',
    again: '다시 보내기',
  },
];

describe.skipIf(executablePath === null)('the dashboard in Chromium', () => {
  let home: TestHome;
  let server: RunningServer;
  let browser: Browser;
  let subscriber: Server;
  const received: string[] = [];

  const write = (path: string, text: string) => writeFileSync(join(home.folder, 'content', path), text);

  beforeAll(async () => {
    mkdirSync(ARTIFACTS, { recursive: true });
    subscriber = createServer((request, response) => {
      const { searchParams } = new URL(request.url ?? '', 'http://subscriber');
      if (request.method === 'GET') return response.end(searchParams.get('hub.challenge') ?? '');
      let body = '';
      request.on('data', (bytes) => {
        body += bytes;
      });
      return request.on('end', () => {
        received.push(body);
        response.end();
      });
    });
    await new Promise<void>((resolve) => subscriber.listen(0, '127.0.0.1', resolve));
    const port = await freePort();
    home = makeHome({ url: `http://localhost:${port}`, config: { site: { title: 'Harbour news' } } });
    write('2026-11-20-ferry.md', article('The ferry sails at six', { categories: '[ferries]' }));
    write('low-tide.md', BROKEN);
    const { folder } = home;
    const options = { host: '127.0.0.1', contentFolder: join(folder, 'content'), dataFolder: join(folder, 'data') };
    server = await startServer(home, { ...options, port, schedule: null });
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await server.stop();
    subscriber.close();
  });

  async function open(options: { locale: string; width?: number; dark?: boolean; script?: boolean }): Promise<Page> {
    const context = await browser.newContext({
      locale: options.locale,
      viewport: { width: options.width ?? 1280, height: 900 },
      colorScheme: options.dark ? 'dark' : 'light',
      javaScriptEnabled: options.script ?? true,
    });
    return context.newPage();
  }

  async function signIn(page: Page, token = 'test-token'): Promise<void> {
    await page.goto(`${home.url}/admin`);
    await page.fill('#token', token);
    await page.click('main button');
  }

  test.each(LANGUAGES)(
    'from the first visit to a delivery that is sent again: $locale',
    async (words) => {
      const page = await open(words);
      await signIn(page, 'not the token');
      expect(await page.locator('[role=alert]').count()).toBe(1);
      await signIn(page);
      expect(await page.textContent('h1')).toBe(words.overview);
      await page.getByText(words.live, { exact: true }).waitFor();

      // A rejected file, where it is wrong, and live once it is mended.
      await page.goto(`${home.url}/admin/articles?state=rejected`);
      const row = page.locator('tr', { hasText: 'low-tide.md' });
      expect(await row.textContent()).toContain(words.rejected);
      await row.locator('a').click();
      expect(await page.locator('.card').first().textContent()).toMatch(/2|3/);
      await page.screenshot({ path: join(ARTIFACTS, `rejected-${words.locale}.png`) });
      await page.goto(`${home.url}/admin`);
      const rejected = page.locator('[data-live=rejected]');
      expect(await rejected.textContent()).toBe('1');
      const title = `Low tide for ${words.locale}`;
      write('low-tide.md', article(title));
      await expect.poll(() => rejected.textContent(), { timeout: 20_000 }).toBe('0');
      await page.getByText(title).first().waitFor();

      // A reader subscribes, gets the document, and a push when something changes.
      const callback = `http://127.0.0.1:${(subscriber.address() as AddressInfo).port}/${words.locale}`;
      const before = received.length;
      await page.request.post(`${home.url}/hub`, {
        form: { 'hub.mode': 'subscribe', 'hub.topic': `${home.url}/atom.xml`, 'hub.callback': callback },
      });
      await expect.poll(() => received.length, { timeout: 20_000 }).toBeGreaterThan(before);
      const change = `The ferry sails at seven, ${words.locale}`;
      write('2026-11-20-ferry.md', article(change));
      await expect.poll(() => received.some((body) => body.includes(change)), { timeout: 20_000 }).toBe(true);
      await page.goto(`${home.url}/admin/subscribers`);
      await page.getByText(callback).click();
      await page.screenshot({ path: join(ARTIFACTS, `subscriber-${words.locale}.png`), fullPage: true });

      // A delivery is sent again.
      await page.goto(`${home.url}/admin/deliveries`);
      const count = received.length;
      await page.getByRole('button', { name: words.again }).first().click();
      await expect.poll(() => received.length, { timeout: 20_000 }).toBeGreaterThan(count);
      expect(await page.locator('.note').count()).toBe(1);
      await page.screenshot({ path: join(ARTIFACTS, `deliveries-${words.locale}.png`), fullPage: true });

      // A partner is added, and its key opens its feed.
      const id = `portal-${words.locale.toLowerCase()}`;
      await page.goto(`${home.url}/admin/partners`);
      await page.fill('[name=id]', id);
      await page.fill('[name=name]', 'Portal');
      await page.click('form.fields button');
      expect(await page.textContent('.card')).toContain(words.shownOnce);
      const key = await page.locator('.card input').first().inputValue();
      const feed = () =>
        page.request.get(`${home.url}/partners/${id}/rss.xml`, { headers: { Authorization: `Bearer ${key}` } });
      await expect.poll(async () => (await feed()).status(), { timeout: 20_000 }).toBe(200);
      expect(await (await feed()).text()).toContain(change);
      await page.goto(`${home.url}/admin/partners/${id}`);
      expect(await page.content()).not.toContain(key);

      write('low-tide.md', BROKEN);
      await page.goto(`${home.url}/admin`);
      // What was published stays, and the file is told of.
      await expect.poll(() => page.locator('[data-live=rejected]').textContent(), { timeout: 20_000 }).toBe('1');
      await page.screenshot({ path: join(ARTIFACTS, `overview-${words.locale}.png`), fullPage: true });
      await page.context().close();
    },
    120_000,
  );

  const PAGES = [
    '/admin',
    '/admin/articles',
    '/admin/articles/file?path=2026-11-20-ferry.md',
    ...['feeds', 'subscribers', 'deliveries', 'partners', 'partners/portal-en-gb', 'runs', 'system'].map(
      (part) => `/admin/${part}`,
    ),
    '/',
    '/docs',
    '/docs/api',
  ];

  test.each([
    { locale: 'en-GB', width: 1280, dark: false },
    { locale: 'ko-KR', width: 360, dark: true },
  ])(
    'axe finds nothing on any page: $locale, $width pixels, dark $dark',
    async (how) => {
      const page = await open(how);
      await signIn(page);
      for (const path of PAGES) {
        await page.goto(home.url + path);
        await page.evaluate(AXE);
        const found = await page.evaluate(async () => {
          const { violations } = await (
            window as never as { axe: { run(): Promise<{ violations: Violation[] }> } }
          ).axe.run();
          return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
        });
        expect(found, path).toEqual([]);
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow, path).toBe(0);
      }
      await page.context().close();
    },
    120_000,
  );

  test('without script it says all the same, and its forms work', async () => {
    const page = await open({ locale: 'en-GB', script: false });
    await signIn(page);
    await page.click('text=Runs');
    await page.getByRole('button', { name: 'Regenerate now' }).click();
    expect(await page.textContent('.note')).toBe('The regeneration is done.');
    await page.click('text=한국어');
    expect(await page.textContent('h1')).toBe('실행 기록');
    await page.getByRole('button', { name: '로그아웃' }).click();
    expect(await page.locator('#token').count()).toBe(1);
    await page.context().close();
  });
});

interface Violation {
  id: string;
  nodes: { html: string }[];
}
