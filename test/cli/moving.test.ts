import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../../src/node/server.ts';
import { regenerate } from '../../src/schedule.ts';
import { makeHome, type TestHome } from '../home.ts';
import { insertSubscriptions } from '../push/engine.ts';
import { tidings } from './tidings.ts';

/** Ends of lines to some, and not to JSON. */
const ODD = 'before\u2028between\u2029after\u0085end';

let old: TestHome;
let fresh: TestHome;
let server: RunningServer;
beforeEach(async () => {
  [old, fresh] = [makeHome(), makeHome()];
  const [contentFolder, dataFolder] = [join(fresh.folder, 'content'), join(fresh.folder, 'data')];
  server = await startServer(fresh, { port: 0, host: '127.0.0.1', contentFolder, dataFolder, schedule: null });
});
afterEach(async () => {
  await server.stop();
  await old.close();
});

test('texts move whatever they hold, and a server that refuses them is heard in its own words', async () => {
  writeFileSync(join(old.folder, 'content', 'a.md'), `---\ntitle: A\ndate: 2024-03-05\n---\n\n${ODD}\n`);
  await regenerate(old, Date.now());
  await insertSubscriptions(old, 'http://reader.example', 2, ODD);
  const file = join(old.folder, 'house.jsonl');
  const env = { TIDINGS_ADMIN_TOKEN: 'test-token', TIDINGS_DATA: join(old.folder, 'data') };
  expect(await tidings(['export', file], { cwd: old.folder, env })).toMatchObject({ status: 0 });
  const into = ['import', file, '--to', `http://127.0.0.1:${server.port}`];
  expect(await tidings(into, { cwd: old.folder, env })).toMatchObject({ status: 0 });

  for (const sql of ['SELECT * FROM articles', 'SELECT secret FROM subscriptions'])
    expect(await fresh.db.prepare(sql).all(), sql).toEqual(await old.db.prepare(sql).all());
  expect(await fresh.db.prepare('SELECT secret FROM subscriptions').all()).toEqual([{ secret: ODD }, { secret: ODD }]);

  const again = await tidings(into, { cwd: old.folder, env });
  expect(again.status).toBe(1);
  expect(again.err).toContain('to POST /api/import: This server knows articles already. With --replace');
}, 60_000);
