import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// A process of its own: the least that node:http can do with a document. Takes the address of ours, fetches its bytes
// and headers once, and answers with them from memory. Prints its port.
const address = process.argv[2] ?? '';
const plain = await fetch(address, { headers: { 'Accept-Encoding': 'identity' } });
const body = Buffer.from(await plain.arrayBuffer());
const { default: zlib } = await import('node:zlib');
const zipped = zlib.gzipSync(body);
// Those that node:http adds by itself, and those that tell of a body.
const own = new Set(['connection', 'keep-alive', 'date', 'transfer-encoding', 'content-length']);
const headers = Object.fromEntries([...plain.headers].filter(([name]) => !own.has(name)));
const whole = { ...headers, 'Content-Length': body.byteLength };
const coded = { ...headers, 'Content-Encoding': 'gzip', 'Content-Length': zipped.byteLength };

const server = createServer((request, response) => {
  if (request.headers['if-none-match'] !== undefined) response.writeHead(304, headers).end();
  else if (request.headers['accept-encoding'] === 'gzip') response.writeHead(200, coded).end(zipped);
  else response.writeHead(200, whole).end(body);
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
