import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../../src/node/server.ts';
import { makeHome, type TestHome } from '../home.ts';
import { article } from '../http/publishing.ts';
import { findChromium } from './chromium.ts';
import { freePort } from './ports.ts';

const executablePath = findChromium();
const PAGES = ['/', '/feed', '/tag/harbour/', '/articles/a/', '/nothing-here'];

describe.skipIf(executablePath === null)('in Chromium', () => {
  let home: TestHome;
  let server: RunningServer;
  let browser: Browser;
  beforeAll(async () => {
    const port = await freePort();
    home = makeHome({
      url: `http://localhost:${port}`,
      config: {
        site: { title: 'A site with a name that is quite long', language: 'ko' },
        feeds: { tagMinimum: 1 },
      },
    });
    const contentFolder = join(home.folder, 'content');
    mkdirSync(contentFolder, { recursive: true });
    const body = `<table><tr>${'<td>a cell</td>'.repeat(30)}</tr></table>\n\n    ${'code '.repeat(60)}\n\n${'long'.repeat(80)}\n`;
    writeFileSync(join(contentFolder, 'a.md'), `${article('A', { tags: '[harbour]' })}\n${body}`);
    writeFileSync(join(contentFolder, 'b.md'), article('ضوء لا ينام', { lang: 'ar', tags: '[harbour]' }));
    const { folder } = home;
    server = await startServer(home, {
      port,
      host: '127.0.0.1',
      contentFolder,
      dataFolder: join(folder, 'data'),
      schedule: null,
    });
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  /** A page, what went wrong in it, and its end. */
  async function open(path: string, options: BrowserContextOptions = {}): Promise<{ page: Page; wrong: string[] }> {
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'], ...options });
    const page = await context.newPage();
    const wrong: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) wrong.push(message.text());
    });
    page.on('pageerror', (error) => wrong.push(error.message));
    await page.goto(home.url + path);
    return { page, wrong };
  }

  test.each(PAGES)('%s breaks none of its own rules, wide or narrow, light or dark', async (path) => {
    for (const width of [320, 1280]) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const { page, wrong } = await open(path, { viewport: { width, height: 800 }, colorScheme });
        const own = wrong.filter((text) => !text.includes('404 (Not Found)'));
        expect(own).toEqual([]);
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow, `${width} pixels`).toBe(0);
        await page.context().close();
      }
    }
  });

  test('the copy button copies the address and says so', async () => {
    const { page } = await open('/tag/harbour/');
    const button = page.locator('button[data-copy$="/rss.xml"]');
    await button.click();
    expect(await button.textContent()).toBe('복사됨');
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toBe(`${home.url}/tag/harbour/rss.xml`);
    await page.context().close();
  });

  test('without script the addresses are there, and no button that does nothing', async () => {
    const { page } = await open('/tag/harbour/', { javaScriptEnabled: false });
    expect(await page.locator('.address input').count()).toBe(3);
    expect(await page.locator('button:visible').count()).toBe(0);
    await page.context().close();
  });

  test('the keyboard comes to the content first', async () => {
    const { page } = await open('/tag/harbour/');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe('#content');
    const box = await page.locator('.skip').boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    await page.context().close();
  });

  test('an entry in Arabic runs from right to left', async () => {
    const { page } = await open('/feed');
    const direction = await page.locator('li[lang="ar"]').evaluate((item) => getComputedStyle(item).direction);
    expect(direction).toBe('rtl');
    await page.context().close();
  });
});
