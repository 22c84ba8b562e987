import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { republish } from '../../src/republish.ts';
import { requestRun } from '../../src/storage/runs.ts';
import { makeHome, type TestHome } from '../home.ts';

const PACKAGING = join(import.meta.dirname, '../../packaging');

let home: TestHome;
beforeAll(async () => {
  home = makeHome();
  await requestRun(home, { trigger: 'api' });
  await republish(home);
});
afterAll(() => home.close());

test('the Grafana dashboard asks for nothing that /metrics does not tell', async () => {
  const dashboard = JSON.parse(readFileSync(join(PACKAGING, 'grafana.json'), 'utf8')) as {
    panels: { title: string; targets: { expr: string }[] }[];
  };
  await home.db.batch([
    home.db.prepare(`INSERT INTO delivery_counts VALUES ('websub', 'delivered', 1, 50, 1, 20)`),
    home.db.prepare(`INSERT INTO alerts (kind, subject, message, since) VALUES ('held', '', 'A run is held.', 0)`),
    home.db.prepare(`INSERT INTO outbox (type, ref, due_at, created_at) VALUES ('sample', '1', 0, 0)`),
    home.db.prepare(`INSERT INTO subscriptions (channel, topic, asked_topic, callback, origin, lease_seconds,
      lease_until, created_at, verified_at) VALUES ('websub', '/rss.xml', 'x', 'http://a/', 'http://a', 1, 1, 0, 0)`),
    home.db.prepare(`INSERT INTO files (path, tag, state) VALUES ('broken.md', '1', 'rejected')`),
  ]);
  const told = await (await createApp(home).request('/metrics')).text();
  const names = new Set([...told.matchAll(/^(tidings_\w+)/gm)].map(([, name]) => name));
  const asked = dashboard.panels.flatMap(({ targets }) =>
    targets.flatMap(({ expr }) => [...expr.matchAll(/tidings_\w+/g)].map(([name]) => name)),
  );
  expect(asked.length).toBeGreaterThan(10);
  expect(asked.filter((name) => !names.has(name))).toEqual([]);
});

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

test.skipIf(!hasSystemd)('systemd finds nothing wrong with the unit', () => {
  const unit = join(PACKAGING, 'tidings.service');
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

test('the Dockerfile starts the command that the package has, on a Node that it takes, from files that are not left out', () => {
  const root = join(PACKAGING, '..');
  const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
  const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
  const { bin, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    bin: Record<string, string>;
    engines: { node: string };
  };
  const needed = ['package.json', 'package-lock.json', 'packaging', 'src', 'content', 'tsconfig.package.json'];
  expect(needed.filter((name) => ignored.includes(name) || !existsSync(join(root, name)))).toEqual([]);
  const [, command = ''] = /^CMD \["(\w+)", "start"\]$/m.exec(dockerfile) ?? [];
  expect(Object.keys(bin)).toContain(command);
  for (const [, major] of dockerfile.matchAll(/^FROM node:(\d+)/gm)) expect(`>=${major}`).toBe(engines.node);
});
