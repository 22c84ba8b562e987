import { createLog } from '../log.ts';
import { adminToken, loadConfig, readEnvironment, tokenFile } from '../node/environment.ts';
import { own } from '../node/own.ts';
import type { Command } from './command.ts';

/** Milliseconds after which a stop that hangs is ended; supervisors kill after ten seconds. */
const STOP_MS = 9_000;
/** Milliseconds of a first reading after which a person is told what takes so long. */
const PATIENCE_MS = 2_000;

export const command: Command = {
  usage: 'start',
  summary: 'Publishes the content folder, keeps it fresh and pushes every change',
  details:
    'Where it listens, what it reads and where it keeps its data stand in the environment: PORT, HOST, TIDINGS_CONTENT, TIDINGS_DATA, TIDINGS_CONFIG, TIDINGS_URL, TIDINGS_SCHEDULE.',
  options: {},
  examples: [
    ['tidings start', './content at http://localhost:8787'],
    ['TIDINGS_CONTENT=../my-site/_posts PORT=9000 tidings start', 'another folder, another port'],
  ],
  async run() {
    const environment = readEnvironment();
    const { port, host, content, data, url } = environment;
    const config = await loadConfig(environment);
    const owned = own(data);
    if (!owned.owned) {
      const { pid, address } = owned.by;
      console.error(
        `${data} belongs to a server that runs already (process ${pid}${address ? `, ${address}` : ''}). Stop it, or set TIDINGS_DATA.`,
      );
      return 1;
    }
    const log = createLog(environment.log);
    // Loaded here, so that the list of commands costs nothing of the server.
    const { createNodeHome } = await import('../node/home.ts');
    const { startServer } = await import('../node/server.ts');
    const home = createNodeHome({
      dataFolder: data,
      contentFolder: content,
      config,
      adminToken: adminToken(data),
      allowPrivate: environment.allowPrivate,
      trustProxy: environment.trustProxy,
      log,
    });
    const patience = setTimeout(() => console.log(`Reading the articles in ${content} …`), PATIENCE_MS);
    const server = await startServer(home, {
      port,
      host,
      contentFolder: content,
      dataFolder: data,
      schedule: environment.schedule,
    });
    clearTimeout(patience);
    owned.announce(`http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${server.port}`);

    let stopping = false;
    const stop = async () => {
      if (stopping) return;
      stopping = true;
      setTimeout(() => process.exit(1), STOP_MS).unref();
      await server.stop();
      owned.release();
      log.info('stopped');
      process.exit(0);
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);

    const token = process.stdout.isTTY ? `token ${home.adminToken}` : `token in ${tokenSource(data)}`;
    if (environment.sample)
      console.log(`There is no content folder here: this is the sample that comes with Tidings. For your own articles, stop it,
then run \`tidings init\` in your site's folder, or put files into ./content and start again.
`);
    console.log(`Tidings publishes ${content}

  Feeds      ${url}/rss.xml
             ${url}/atom.xml
             ${url}/feed.json
  All feeds  ${url}/
  Hub        ${url}/hub
  Dashboard  ${url}/admin   (${token})
`);
    return 0;
  },
};

function tokenSource(data: string): string {
  if (process.env.TIDINGS_ADMIN_TOKEN) return 'TIDINGS_ADMIN_TOKEN';
  return process.env.TIDINGS_ADMIN_TOKEN_FILE ?? tokenFile(data);
}
