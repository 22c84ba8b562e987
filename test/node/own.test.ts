import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findOwner, own } from '../../src/node/own.ts';

const base = mkdtempSync(join(tmpdir(), 'tidings-own-'));
const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(base, { recursive: true });
});
const folder = () => join(mkdtempSync(join(base, 'x')), 'data');

/** A process of its own that owns the folder until it is killed. */
async function ownElsewhere(data: string) {
  const script = `
    import { own } from ${JSON.stringify(new URL('../../src/node/own.ts', import.meta.url).href)};
    const ownership = own(${JSON.stringify(data)});
    if (ownership.owned) ownership.announce('http://localhost:1234');
    console.log(JSON.stringify(ownership.owned ? { owned: true } : ownership));
    if (ownership.owned) setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  const [line] = await once(child.stdout, 'data');
  return { child, said: JSON.parse(String(line)) as unknown };
}

test('a second process is told who owns the folder and where it listens', async () => {
  const data = folder();
  const { child } = await ownElsewhere(data);
  const by = { pid: child.pid, address: 'http://localhost:1234' };
  expect(own(data)).toEqual({ owned: false, by });
  expect(findOwner(data)).toEqual(by);
  child.kill('SIGKILL');
  await once(child, 'exit');
});

test('what a killed process owned is free at once, though it left its files', async () => {
  const data = folder();
  const { child } = await ownElsewhere(data);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(readFileSync(join(data, 'owner.json'), 'utf8')).toContain(String(child.pid));
  expect(findOwner(data)).toBeNull();
  const ownership = own(data);
  if (!ownership.owned) throw new Error('the folder was not free');
  expect(findOwner(data)).toEqual({ pid: process.pid, address: null });
  ownership.announce('http://localhost:1');
  expect(findOwner(data)).toEqual({ pid: process.pid, address: 'http://localhost:1' });
  expect((await ownElsewhere(data)).said).toEqual({
    owned: false,
    by: { pid: process.pid, address: 'http://localhost:1' },
  });
  ownership.release();
  expect(findOwner(data)).toBeNull();
});

test('nobody owns a folder that is not there', () => {
  expect(findOwner(folder())).toBeNull();
});
