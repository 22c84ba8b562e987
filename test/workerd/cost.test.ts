import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCloudflareHome } from '../../src/cloudflare/home.ts';
import { type Used, withLimits } from '../../src/cloudflare/limits.ts';
import { republish } from '../../src/republish.ts';
import { nextOpenRun, requestRun } from '../../src/storage/runs.ts';
import { consumeWith } from './main.ts';

/** Articles: as many as `TIDINGS_TEST_ARTICLES` asks for, and a tenth of them at first. */
const MANY = Number(env.TEST_ARTICLES);
const FEW = Math.max(30, MANY / 10);
/** What an invocation may do, as Cloudflare counts. */
const MOST = 1_000;
/** What one of an import may: where there are no more files than a step takes in, half of that. */
const MOST_OF_IMPORT = MANY > 200 ? MOST + 1 : MOST / 2;

// The runs go on from here, and what the queue says is not waited for.
beforeAll(() => consumeWith(async (batch) => batch.ackAll()));
afterAll(() => consumeWith(null));

const article = (n: number, text = 'as it was') => `---
title: Article ${n}
date: 2024-03-${String((n % 28) + 1).padStart(2, '0')}T${String(n % 24).padStart(2, '0')}:00:00Z
tags: [news]
---

Article ${n} is ${text}.
`;

/** Runs until nothing is open, each step of four in an invocation of its own; what each of them used. */
async function runAll(paths?: string[]): Promise<Used[]> {
  const vars = { TIDINGS_URL: 'http://tidings.test', TIDINGS_LOG: 'silent', TIDINGS_LIMITS: '' };
  const all: Used[] = [];
  for (let isOpen = false; all.length === 0 || isOpen; ) {
    const ctx = createExecutionContext();
    const { env: limited, used, violations } = withLimits(env);
    const home = createCloudflareHome({ ...limited, ...vars }, ctx, {});
    if (all.length === 0) await requestRun(home, { trigger: 'api', ...(paths ? { paths } : {}) });
    await republish(home);
    isOpen = (await nextOpenRun(home)) !== null;
    await waitOnExecutionContext(ctx);
    expect(violations()).toEqual([]);
    all.push(used());
  }
  return all;
}

const sum = (all: Used[]) => ({
  queries: all.reduce((total, { queries }) => total + queries, 0),
  reads: all.reduce((total, { reads }) => total + reads, 0),
  operations: all.reduce((total, { operations }) => total + operations, 0),
});

/** Articles from one number to another are there; the newest changes. */
async function costOfChange(from: number, to: number): Promise<ReturnType<typeof sum>> {
  for (let n = from; n < to; n++) await env.CONTENT.put(`posts/${n}.md`, article(n));
  const imported = await runAll();
  for (const { queries, operations } of imported) expect(Math.max(queries, operations)).toBeLessThan(MOST_OF_IMPORT);
  const path = 'posts/27.md';
  // The first change after an import prepares what the next ones find.
  for (const text of ['changed', 'changed again']) {
    await env.CONTENT.put(path, article(27, text));
    if (text === 'changed') await runAll([path]);
  }
  return sum(await runAll([path]));
}

test(
  'a change asks as many queries and reads as many objects, however many articles there are',
  async () => {
    const few = await costOfChange(0, FEW);
    const many = await costOfChange(FEW, MANY);
    expect(many).toEqual(few);
    expect(many.reads).toBeGreaterThan(0);
  },
  120_000 + MANY * 100,
);
