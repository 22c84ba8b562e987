import { spawnSync } from 'node:child_process';
import { ROOT } from './wrangler-config.ts';

/** Something without which the Worker cannot be deployed, and the command that mends it. */
export class Undeployable extends Error {
  override name = 'Undeployable';
  readonly mend: string;
  constructor(message: string, mend: string) {
    super(message);
    this.mend = mend;
  }
}

/** What wrangler printed, and whether it succeeded. */
interface Told {
  ok: boolean;
  out: string;
  all: string;
}

/** What has to be mended outside, by what Cloudflare says of it. */
const KNOWN: [RegExp, string][] = [
  [/not logged in|authentication|10000|unauthori[sz]ed|CLOUDFLARE_API_TOKEN/i, 'npx wrangler login'],
  [/more than one account|account_id/i, 'export CLOUDFLARE_ACCOUNT_ID=…   # npx wrangler whoami lists them'],
  [/enable R2|10042/i, 'open "https://dash.cloudflare.com/?to=/:account/r2"   # and switch R2 on'],
  [
    /workers\.dev subdomain|register a workers\.dev/i,
    'open "https://dash.cloudflare.com/?to=/:account/workers"   # and choose a subdomain',
  ],
  [
    /zone|custom.?domain|hostname/i,
    'open "https://dash.cloudflare.com/?to=/:account/add-site"   # the domain of TIDINGS_URL must be at Cloudflare',
  ],
];

/**
 * An account at Cloudflare through wrangler, the one on PATH: `npm run` puts this clone's there. Each part is looked for
 * before it is created, so that all of it may be done again.
 */
export class Cloudflare {
  readonly #config: string;

  /** @param config the generated wrangler.json */
  constructor(config: string) {
    this.#config = config;
  }

  /** Builds the Worker as it will be uploaded, without an account. */
  check(outdir: string): void {
    const command = ['deploy', '--dry-run', '--outdir', outdir];
    this.#must(command, 'The Worker cannot be built', `npx wrangler ${command.join(' ')} --config ${this.#config}`);
  }

  assertSignedIn(): void {
    if (!this.#run(['whoami', '--json'], false).ok)
      throw new Undeployable(
        'Nobody is signed in at Cloudflare.',
        'npx wrangler login   # or export CLOUDFLARE_API_TOKEN=…',
      );
  }

  /** @returns the database's id */
  database(name: string): string {
    const known = this.#databaseId(name);
    if (known !== null) return known;
    this.#must(['d1', 'create', name], `The database ${name} cannot be created`, `npx wrangler d1 create ${name}`);
    const made = this.#databaseId(name);
    if (made === null) throw new Undeployable(`The database ${name} is not listed.`, 'npx wrangler d1 list');
    return made;
  }

  #databaseId(name: string): string | null {
    const { out } = this.#must(['d1', 'list', '--json'], 'The databases cannot be listed', 'npx wrangler d1 list');
    const list = jsonIn(out) as { name: string; uuid: string }[];
    return list.find((database) => database.name === name)?.uuid ?? null;
  }

  bucket(name: string): void {
    if (this.#run(['r2', 'bucket', 'info', name, '--json']).ok) return;
    this.#must(
      ['r2', 'bucket', 'create', name],
      `The bucket ${name} cannot be created`,
      `npx wrangler r2 bucket create ${name}`,
    );
  }

  queue(name: string): void {
    if (this.#run(['queues', 'info', name]).ok) return;
    this.#must(['queues', 'create', name], `The queue ${name} cannot be created`, `npx wrangler queues create ${name}`);
  }

  /** Has R2 tell a queue of what is written to and deleted from a bucket. */
  notification(bucket: string, queue: string): void {
    const list = this.#run(['r2', 'bucket', 'notification', 'list', bucket]);
    if (list.ok && new RegExp(`queue_name:\\s+${queue}\\s`).test(list.out)) return;
    const create = ['r2', 'bucket', 'notification', 'create', bucket, '--queue', queue];
    const events = ['--event-types', 'object-create', 'object-delete'];
    const mend = `npx wrangler ${[...create, ...events].join(' ')}`;
    this.#must([...create, ...events], `R2 cannot be made to tell ${queue} of ${bucket}`, mend);
  }

  /** Names of the secrets that a Worker has; none where there is no such Worker yet. */
  secrets(worker: string): string[] {
    const list = this.#run(['secret', 'list', '--name', worker, '--format', 'json']);
    if (list.ok) return (jsonIn(list.out) as { name: string }[]).map(({ name }) => name);
    if (/10007|does not exist|not found/i.test(list.all)) return [];
    throw undeployable(list, 'The secrets cannot be listed', `npx wrangler secret list --name ${worker}`);
  }

  migrate(database: string): void {
    const command = ['d1', 'migrations', 'apply', database, '--remote'];
    const mend = `npx wrangler ${command.join(' ')} --config ${this.#config}`;
    this.#must(command, `The database ${database} cannot be migrated`, mend);
  }

  deploy(secretsFile: string): void {
    const command = ['deploy', '--secrets-file', secretsFile];
    this.#must(command, 'The Worker cannot be deployed', 'npm run deploy');
  }

  #must(args: string[], what: string, mend: string): Told {
    const told = this.#run(args);
    if (!told.ok) throw undeployable(told, what, mend);
    return told;
  }

  #run(args: string[], withConfig = true): Told {
    const all = withConfig ? [...args, '--config', this.#config] : args;
    console.error(`wrangler ${args.join(' ')}`);
    const { status, stdout, stderr, error } = spawnSync('wrangler', all, {
      cwd: ROOT,
      encoding: 'utf8',
      maxBuffer: 64_000_000,
      // Questions are answered as without a terminal; nothing is reported to anybody.
      env: { ...process.env, CI: 'true', WRANGLER_SEND_METRICS: 'false', NO_COLOR: '1' },
    });
    if (error) throw new Undeployable(`wrangler cannot be run: ${error.message}`, 'npm ci && npm run deploy');
    return { ok: status === 0, out: stdout, all: `${stdout}\n${stderr}` };
  }
}

/** What Cloudflare said, with the mend that is known for it, else the command that failed. */
function undeployable({ all }: Told, what: string, mend: string): Undeployable {
  const said = all
    .split('\n')
    .filter((line) => /\S/.test(line) && !/wrangler \d|^[─━\s]+$|Logs were written|🪵/.test(line))
    .slice(-12)
    .join('\n');
  return new Undeployable(`${what}:\n${said}`, KNOWN.find(([pattern]) => pattern.test(said))?.[1] ?? mend);
}

/** The JSON in what was printed, after banners and warnings. */
function jsonIn(out: string): unknown {
  const from = out.search(/^[[{]/m);
  return JSON.parse(from === -1 ? '[]' : out.slice(from));
}
