import { connect } from 'node:net';

const CONNECTIONS = 64;

// A process of its own: HEAD over and over, which wrk cannot (it waits for the body that Content-Length tells of). Takes
// an address and seconds, prints requests a second.
const { host, hostname, port, pathname } = new URL(process.argv[2] ?? '');
const milliseconds = Number(process.argv[3]) * 1000;
const request = Buffer.from(`HEAD ${pathname} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
const started = performance.now();
let answers = 0;

function ask(): void {
  const socket = connect(Number(port), hostname, () => socket.write(request));
  let head = '';
  socket.on('data', (chunk) => {
    head += chunk.toString('latin1');
    if (!head.endsWith('\r\n\r\n')) return;
    if (!head.startsWith('HTTP/1.1 200')) throw new Error(`HEAD was answered with ${head.split('\r\n')[0]}.`);
    head = '';
    answers += 1;
    if (performance.now() - started < milliseconds) socket.write(request);
    else socket.destroy();
  });
}

for (let connection = 0; connection < CONNECTIONS; connection++) ask();
process.on('exit', () => console.log((answers * 1000) / (performance.now() - started)));
