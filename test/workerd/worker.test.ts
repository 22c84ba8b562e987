import { createExecutionContext, createScheduledController, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import worker from '../../src/cloudflare/worker.ts';
import { consumeWith } from './main.ts';

const article = (n: number) => `---
title: Article ${n}
date: 2024-03-${String((n % 28) + 1).padStart(2, '0')}
tags: [news, tag-${n % 10}]
---

Text of article ${n}.
`;

describe('the Worker', () => {
  const violations: string[] = [];
  beforeAll(() => consumeWith((batch, bindings, ctx) => worker.queue(batch, bindings, ctx)));
  afterAll(() => consumeWith(null));
  beforeEach(() => {
    const print = console.error;
    vi.spyOn(console, 'error').mockImplementation((line: unknown) => {
      if (String(line).includes('limit-exceeded')) violations.push(String(line));
      else print(line);
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    expect(violations).toEqual([]);
  });

  async function fetchFrom(path: string, init?: RequestInit<IncomingRequestCfProperties>) {
    const ctx = createExecutionContext();
    const response = await worker.fetch(new Request(`${env.TIDINGS_URL}${path}`, init), env, ctx);
    const text = await response.text();
    await waitOnExecutionContext(ctx);
    return { response, text };
  }

  async function tick(cron = '*/5 * * * *', scheduledTime = Date.now()) {
    const ctx = createExecutionContext();
    await worker.scheduled(createScheduledController({ cron, scheduledTime }), env, ctx);
    await waitOnExecutionContext(ctx);
  }

  test('publishes what is in the bucket at a tick, within the limits of an invocation', async () => {
    for (let n = 0; n < 250; n++) await env.CONTENT.put(`posts/${n}.md`, article(n));
    await tick();
    await vi.waitFor(
      async () => {
        const { text } = await fetchFrom('/tag/tag-7/rss.xml');
        expect(text.match(/<item>/g)).toHaveLength(20);
        expect((await fetchFrom('/feed.json')).text).toContain('Article 27');
      },
      { timeout: 15_000, interval: 200 },
    );
  });

  test('shows a changed and a new file after the next tick, and no draft', async () => {
    await env.CONTENT.put('posts/27.md', article(27).replace('Article 27', 'Article 27, corrected'));
    await env.CONTENT.put('posts/new.md', article(250).replace('2024-03', '2024-04'));
    await env.CONTENT.put('posts/draft.md', article(251).replace('title:', 'draft: true\ntitle:'));
    await tick('*/5 * * * *', Date.now() + 300_000);
    await vi.waitFor(
      async () => {
        const { text } = await fetchFrom('/feed.json');
        expect(text).toContain('Article 27, corrected');
        expect(text).toContain('Article 250');
        expect(text).not.toContain('Article 251');
      },
      { timeout: 15_000, interval: 200 },
    );
  });

  test('answers the version that a reader has with 304', async () => {
    const { response } = await fetchFrom('/rss.xml');
    expect(response.status).toBe(200);
    const headers = { 'if-none-match': response.headers.get('etag') ?? '' };
    expect((await fetchFrom('/rss.xml', { headers })).response.status).toBe(304);
  });
});
