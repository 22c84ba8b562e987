import { request } from 'undici';
import { readEnvironment } from '../node/environment.ts';
import type { Command } from './command.ts';

export const command: Command = {
  usage: 'healthcheck',
  summary: 'Whether the server on PORT is ready to serve; for containers',
  options: {},
  examples: [['tidings healthcheck', 'exit status 0 when it is ready; says what is missing when it is not']],
  async run() {
    const { port, host } = readEnvironment();
    const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
    try {
      const { statusCode, body } = await request(`http://${reachable}:${port}/readyz`, { headersTimeout: 3000 });
      await body.dump();
      if (statusCode === 200) return 0;
      console.error(`The server answers ${statusCode}: nothing is published yet.`);
    } catch (error) {
      console.error(`No server answers at ${reachable}:${port}: ${error instanceof Error ? error.message : error}`);
    }
    return 1;
  },
};
