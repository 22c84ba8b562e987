import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { createDatabase } from '../../src/cloudflare/database.ts';
import { HEAD_LIFETIME } from '../../src/cloudflare/freshness.ts';
import { createCloudflareHome } from '../../src/cloudflare/home.ts';
import { DocumentCache, documentHead } from '../../src/storage/documents.ts';
import { commitDocument, RSS } from '../push/engine.ts';

test('isolates of a data centre share what one of them has read, for its lifetime', async () => {
  let now = Date.now();
  let questions = 0;
  const isolate = () => {
    const ctx = createExecutionContext();
    const home = createCloudflareHome(env, ctx, {});
    const db = createDatabase(env.DB);
    const counted: typeof db = {
      ...db,
      prepare: (sql) => {
        questions += 1;
        return db.prepare(sql);
      },
    };
    const documentCache = new DocumentCache({ lifetime: { ...HEAD_LIFETIME, now: () => now } });
    return { home: { ...home, db: counted, now: () => now, documentCache }, ended: () => waitOnExecutionContext(ctx) };
  };
  const [first, second, third] = [isolate(), isolate(), isolate()];
  await commitDocument(createCloudflareHome(env, createExecutionContext(), {}), 'one');

  const read = await documentHead(first.home, RSS);
  await first.ended();
  expect(read?.version).toBeGreaterThan(0);
  now += 10;
  expect(await documentHead(second.home, RSS)).toEqual(read);
  await second.ended();
  expect(questions).toBe(1);

  await commitDocument(createCloudflareHome(env, createExecutionContext(), {}), 'two');
  now += HEAD_LIFETIME.freshMs;
  expect((await documentHead(third.home, RSS))?.version).toBe((read?.version ?? 0) + 1);
  await third.ended();
  expect(questions).toBe(2);
});
