import { createHmac } from 'node:crypto';
import { Agent, request } from 'undici';
import { answer, instant } from './process.ts';

const AT_ONCE = 64;

export interface SenderQuestion {
  url: string;
  count: number;
  bytes: number;
  /** Who signs: node:crypto on the main thread, or Web Crypto off it. */
  by: 'node' | 'web';
}

// A process of its own: a bare loop of undici.request that signs and posts the same bytes to each callback. It keeps no
// state, tries nothing again, and has every secret and key at hand. Answers when it began.
const dispatcher = new Agent({ connections: AT_ONCE });
const keys = new Map<number, CryptoKey>();

answer<SenderQuestion, number>(async ({ url, count, bytes, by }) => {
  const body = Buffer.alloc(bytes, 'x');
  for (let n = by === 'web' ? keys.size + 1 : count + 1; n <= count; n++) keys.set(n, await imported(n));
  const started = instant();
  let next = 1;
  const worker = async () => {
    while (next <= count) {
      const n = next++;
      const mac = by === 'node' ? createHmac('sha256', secret(n)).update(body).digest('hex') : await signed(n, body);
      const headers = { 'content-type': 'application/rss+xml; charset=utf-8', 'x-hub-signature': `sha256=${mac}` };
      const given = await request(`${url}/${n}`, { method: 'POST', headers, body, dispatcher });
      await given.body.dump();
    }
  };
  void Promise.all(Array.from({ length: AT_ONCE }, worker));
  return started;
});

const secret = (n: number) => `secret-${n}`;

function imported(n: number): Promise<CryptoKey> {
  const raw = Buffer.from(secret(n));
  return crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
}

async function signed(n: number, body: Uint8Array<ArrayBuffer>): Promise<string> {
  const key = keys.get(n);
  return key ? Buffer.from(await crypto.subtle.sign('HMAC', key, body)).toString('hex') : '';
}
