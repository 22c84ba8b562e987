// @ts-check
// JavaScript as it stands: as TypeScript it would bring a translator of its own into memory, more than the thread takes.
import { createHmac } from 'node:crypto';
import { constants, setPriority } from 'node:os';
import { platform } from 'node:process';
import { parentPort } from 'node:worker_threads';

/**
 * The thread of signing.ts.
 *
 * @typedef {object} Batch HMACs that will be asked for. The arrays are of shared memory.
 * @property {import('../config/schema.ts').HmacMethod} method
 * @property {string[]} secrets
 * @property {Uint8Array} bytes what is signed
 * @property {Int32Array} states of each HMAC: 0 nobody has begun, 1 somebody has, 2 it is there
 * @property {Uint8Array} hmacs one after the other
 * @property {Int32Array} ended batches that this thread has done with
 */

// On Linux it is of this thread alone. Whatever else the machine has to do, the receivers of this very fan-out if they are on
// it, goes first: what is not ready when it is asked for costs the main thread its time and nobody a wait.
if (platform === 'linux') setPriority(constants.priority.PRIORITY_LOW);

parentPort?.on('message', (/** @type {Batch} */ { method, secrets, bytes, states, hmacs, ended }) => {
  const size = hmacs.byteLength / secrets.length;
  // From the end: the main thread comes from the beginning, and the two meet once.
  for (let at = secrets.length - 1; at >= 0; at--) {
    if (Atomics.compareExchange(states, at, 0, 1) !== 0) continue;
    hmacs.set(
      createHmac(method, secrets[at] ?? '')
        .update(bytes)
        .digest(),
      at * size,
    );
    Atomics.store(states, at, 2);
  }
  Atomics.add(ended, 0, 1);
});
