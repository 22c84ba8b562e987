import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import type { HmacMethod } from '../../src/config/schema.ts';
import { createLog } from '../../src/log.ts';
import { createSigner, type Signer } from '../../src/node/signing.ts';
import { until } from '../push/engine.ts';

const lines: string[] = [];
const open: Signer[] = [];
function start(): Signer {
  const signer = createSigner(createLog('json', (line) => lines.push(line)));
  open.push(signer);
  return signer;
}
afterEach(async () => {
  lines.length = 0;
  await Promise.all(open.splice(0).map((signer) => signer.close()));
});

const secrets = Array.from({ length: 4_000 }, (_, n) => `secret ${n}`);
const hmac = (secret: string, bytes: Uint8Array) => createHmac('sha256', secret).update(bytes).digest('hex');

/**
 * Whether a thread signs ahead: it has the bytes as they were when it was told of them, and what is signed at once is
 * of the bytes as they are.
 */
async function expectAhead(signer: Signer, isMade = true): Promise<void> {
  const bytes = new Uint8Array(60_000).fill(1);
  const before = bytes.slice();
  const over = signer.hmacsAhead('sha256', secrets, bytes);
  bytes.fill(2);
  const left = secrets.values();
  const isAhead = () => {
    const secret = left.next().value;
    if (secret === undefined) throw new Error('Nothing was made ahead.');
    const given = signer.hmac('sha256', secret, bytes);
    if (given !== hmac(secret, before)) expect(given).toBe(hmac(secret, bytes));
    return given === hmac(secret, before);
  };
  // The thread has the lowest priority.
  if (isMade) await until(isAhead, 18_000);
  else {
    await new Promise((later) => setTimeout(later, 200));
    expect(secrets.slice(0, 100).some(isAhead)).toBe(false);
  }
  over();
  expect(secrets.slice(-100).map((secret) => signer.hmac('sha256', secret, bytes))).toEqual(
    secrets.slice(-100).map((secret) => hmac(secret, bytes)),
  );
}

/** On one core there is no thread. */
const testThread = test.skipIf(availableParallelism() === 1);

testThread('a thread makes what it was told of; nothing of it is kept when that is over', async () => {
  const signer = start();
  await expectAhead(signer);
  await expectAhead(signer);
});

testThread('when the thread dies, all is signed at once, and the log says so', async () => {
  const signer = start();
  await expectAhead(signer);
  const bytes = new Uint8Array(60_000);
  signer.hmacsAhead('none' as HmacMethod, secrets, bytes);
  expect(secrets.map((secret) => signer.hmac('sha256', secret, bytes))).toEqual(
    secrets.map((secret) => hmac(secret, bytes)),
  );
  await until(() => lines.length > 0);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: 'error', event: 'signing thread failed' }]);
  await expectAhead(signer, false);
});

test('what is little is not worth a thread', async () => {
  const signer = start();
  const bytes = new Uint8Array(1_000).fill(1);
  const before = bytes.slice();
  signer.hmacsAhead('sha256', secrets.slice(0, 50), bytes);
  bytes.fill(2);
  await new Promise((later) => setTimeout(later, 200));
  expect(signer.hmac('sha256', 'secret 1', bytes)).not.toBe(hmac('secret 1', before));
});

test('a process with such a thread ends when it has nothing else to do', async () => {
  const [signing, log] = ['../../src/node/signing.ts', '../../src/log.ts'].map((path) =>
    JSON.stringify(new URL(path, import.meta.url).href),
  );
  const script = `
    import { createSigner } from ${signing};
    import { createLog } from ${log};
    const secrets = Array.from({ length: 2_000 }, (_, n) => String(n));
    createSigner(createLog('silent')).hmacsAhead('sha256', secrets, new Uint8Array(60_000));
    await new Promise((later) => setTimeout(later, 300));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
  expect((await once(child, 'exit'))[0]).toBe(0);
});
