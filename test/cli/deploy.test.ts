import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/**
 * Stands for wrangler and the account behind it, which the tests cannot have: it keeps what is created in a folder, notes
 * each call, and fails as it is told to. Its answers have the form of wrangler's.
 */
const WRANGLER = `#!${process.execPath}
const { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const folder = process.env.ACCOUNT;
const args = process.argv.slice(2);
const line = args.join(' ');
appendFileSync(folder + '/calls', line + '\\n');
const failures = JSON.parse(process.env.FAILURES || '{}');
for (const [begin, text] of Object.entries(failures)) if (line.startsWith(begin)) { console.error(text); process.exit(1); }
const file = (kind, name) => folder + '/' + kind + '-' + name;
const has = (kind, name) => existsSync(file(kind, name));
const fail = (text) => { console.error(text); process.exit(1); };
if (line.startsWith('d1 list')) console.log(has('d1', 'tidings') ? '[{"name":"tidings","uuid":"1111-2222"}]' : '[]');
else if (line.startsWith('d1 create')) writeFileSync(file('d1', args[2]), '');
else if (line.startsWith('r2 bucket notification list')) {
  if (!has('rule', args[4])) fail('No event notification configuration found');
  console.log('rule_id:     1\\nqueue_name:  ' + readFileSync(file('rule', args[4]), 'utf8') + '\\nprefix:      (all prefixes)');
} else if (line.startsWith('r2 bucket notification create')) writeFileSync(file('rule', args[4]), args[args.indexOf('--queue') + 1]);
else if (line.startsWith('r2 bucket info')) has('bucket', args[3]) || fail('The specified bucket does not exist. [code: 10006]');
else if (line.startsWith('r2 bucket create')) writeFileSync(file('bucket', args[3]), '');
else if (line.startsWith('queues info')) has('queue', args[2]) || fail('Queue "' + args[2] + '" does not exist.');
else if (line.startsWith('queues create')) writeFileSync(file('queue', args[2]), '');
else if (line.startsWith('secret list')) {
  if (!has('worker', 'tidings')) fail('This Worker does not exist on your account. [code: 10007]');
  console.log(JSON.stringify(Object.keys(JSON.parse(readFileSync(file('worker', 'tidings'), 'utf8'))).map((name) => ({ name, type: 'secret_text' }))));
} else if (line.startsWith('deploy --secrets-file')) {
  const before = has('worker', 'tidings') ? JSON.parse(readFileSync(file('worker', 'tidings'), 'utf8')) : {};
  writeFileSync(file('worker', 'tidings'), JSON.stringify({ ...before, ...JSON.parse(readFileSync(args[2], 'utf8')) }));
  writeFileSync(folder + '/deployed.json', readFileSync(args[args.indexOf('--config') + 1]));
}
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidings-deploy-'));
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/wrangler'), WRANGLER);
  chmodSync(join(folder, 'bin/wrangler'), 0o755);
  writeFileSync(join(folder, 'config.mjs'), "export default { site: { title: 'Deployed' } };\n");
});
afterEach(() => rmSync(folder, { recursive: true }));

const TOKEN = 'a-token-of-the-publisher';

function deploy(
  given: Record<string, string | undefined> = {},
  failures: Record<string, string> = {},
  args: string[] = [],
) {
  const env = {
    ...process.env,
    PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH}`,
    ACCOUNT: folder,
    FAILURES: JSON.stringify(failures),
    TIDINGS_URL: 'https://feeds.example',
    TIDINGS_DATA: join(folder, 'data'),
    TIDINGS_CONFIG: join(folder, 'config.mjs'),
    TIDINGS_ADMIN_TOKEN: TOKEN,
    ...given,
  };
  const before = existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').length : 0;
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'src/cli/deploy.ts'), ...args], {
    env,
    encoding: 'utf8',
    cwd: folder,
  });
  const file = join(folder, 'calls');
  const calls = existsSync(file)
    ? readFileSync(file, 'utf8')
        .slice(before)
        .replaceAll(/ --config \S+/g, '')
        .trim()
        .split('\n')
    : [];
  return { status, out: stdout, err: stderr, calls };
}

describe('npm run deploy', () => {
  test('takes an empty account to a running Worker, and a second time creates nothing', () => {
    const first = deploy();
    expect([first.status, first.err.includes('Mend')]).toEqual([0, false]);
    expect(first.calls.map((call) => call.replace(/ \/\S+/g, ''))).toEqual([
      'deploy --dry-run --outdir',
      'whoami --json',
      'd1 list --json',
      'd1 create tidings',
      'd1 list --json',
      ...['tidings-content', 'tidings-blobs'].flatMap((name) => [
        `r2 bucket info ${name} --json`,
        `r2 bucket create ${name}`,
      ]),
      ...['tidings-dead', 'tidings', 'tidings-content-dead', 'tidings-content'].flatMap((name) => [
        `queues info ${name}`,
        `queues create ${name}`,
      ]),
      'r2 bucket notification list tidings-content',
      'r2 bucket notification create tidings-content --queue tidings-content --event-types object-create object-delete',
      'secret list --name tidings --format json',
      'd1 migrations apply tidings --remote',
      'deploy --secrets-file',
    ]);
    expect(first.out).toContain('Tidings runs at https://feeds.example');
    const config = JSON.parse(readFileSync(join(folder, 'deployed.json'), 'utf8'));
    expect(config).toMatchObject({
      d1_databases: [{ binding: 'DB', database_id: '1111-2222' }],
      routes: [{ pattern: 'feeds.example', custom_domain: true }],
      workers_dev: false,
      triggers: { crons: ['*/5 * * * *', '* * * * *'] },
      vars: { TIDINGS_URL: 'https://feeds.example' },
    });
    // The token went to Cloudflare and is nowhere else.
    expect(JSON.parse(readFileSync(join(folder, 'worker-tidings'), 'utf8'))).toEqual({ TIDINGS_ADMIN_TOKEN: TOKEN });
    expect(JSON.stringify(config) + first.out + first.err).not.toContain(TOKEN);
    expect(existsSync(join(folder, 'data/deploy/secrets.json'))).toBe(false);
    expect(existsSync(join(folder, 'data/admin-token'))).toBe(false);

    const second = deploy({ TIDINGS_ADMIN_TOKEN: undefined });
    expect([second.status, second.calls.filter((call) => call.includes(' create '))]).toEqual([0, []]);
  });

  test('an address at workers.dev, another schedule, and secrets of the configuration', () => {
    writeFileSync(
      join(folder, 'config.mjs'),
      "export default { push: { webhooks: [{ url: 'https://a.example', secret: process.env.HOOK_SECRET }] } };\n",
    );
    const env = { TIDINGS_URL: 'https://tidings.me.workers.dev', TIDINGS_SCHEDULE: '* * * * *' };
    const without = deploy(env);
    expect([without.status, without.err]).toEqual([1, expect.stringContaining('export HOOK_SECRET=…; npm run deploy')]);
    expect(without.calls.some((call) => /migrations|secrets-file/.test(call))).toBe(false);
    const HOOK_SECRET = 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';
    expect(deploy({ ...env, HOOK_SECRET }).status).toBe(0);
    const config = JSON.parse(readFileSync(join(folder, 'deployed.json'), 'utf8'));
    expect(config).toMatchObject({ workers_dev: true, triggers: { crons: ['*/1 * * * *', '* * * * *'] } });
    expect(config.routes).toBeUndefined();
    expect(config.secrets).toEqual({ required: ['TIDINGS_ADMIN_TOKEN', 'HOOK_SECRET'] });
    expect(JSON.parse(readFileSync(join(folder, 'worker-tidings'), 'utf8'))).toMatchObject({ HOOK_SECRET });
  });

  test.each<[string, Record<string, string | undefined>, Record<string, string>, string]>([
    ['no address', { TIDINGS_URL: undefined }, {}, 'TIDINGS_URL=https://feeds.example npm run deploy'],
    ['an address of this machine', { TIDINGS_URL: 'http://localhost:8787' }, {}, 'TIDINGS_URL=https://'],
    ['a Worker that cannot be built', {}, { 'deploy --dry-run': 'Build failed' }, 'npx wrangler deploy --dry-run'],
    ['nobody signed in', {}, { whoami: 'You are not authenticated.' }, 'npx wrangler login'],
    ['an expired sign-in', {}, { 'd1 list': 'Authentication error [code: 10000]' }, 'npx wrangler login'],
    ['several accounts', {}, { 'd1 list': 'More than one account available' }, 'export CLOUDFLARE_ACCOUNT_ID='],
    ['a database that cannot be made', {}, { 'd1 create': 'Limit reached' }, 'npx wrangler d1 create tidings'],
    ['R2 not switched on', {}, { 'r2 bucket': 'Please enable R2 [code: 10042]' }, '?to=/:account/r2'],
    ['a queue that cannot be made', {}, { queues: 'Nope' }, 'npx wrangler queues create tidings-dead'],
    [
      'events refused',
      {},
      { 'r2 bucket notification': 'Nope' },
      'npx wrangler r2 bucket notification create tidings-content',
    ],
    ['no admin token', { TIDINGS_ADMIN_TOKEN: undefined }, {}, 'openssl rand -hex 24'],
    ['a short admin token', { TIDINGS_ADMIN_TOKEN: 'short' }, {}, 'openssl rand -hex 24'],
    ['secrets that cannot be listed', {}, { 'secret list': 'Nope' }, 'npx wrangler secret list --name tidings'],
    [
      'a failed migration',
      {},
      { 'd1 migrations': 'no such column' },
      'npx wrangler d1 migrations apply tidings --remote',
    ],
    ['no subdomain', {}, { 'deploy --secrets': 'register a workers.dev subdomain' }, 'choose a subdomain'],
    ['a domain that is elsewhere', {}, { 'deploy --secrets': 'Could not find zone for feeds.example' }, 'add-site'],
  ])('%s: says the command that mends it', (_, env, failures, mend) => {
    const { status, err } = deploy(env, failures);
    expect(status).toBe(1);
    expect(err.split('Mend it with:')[1] ?? '').toContain(mend);
    for (const text of Object.values(failures)) if (!/authentic/i.test(text)) expect(err).toContain(text);
  });

  test('wrangler itself finds the generated configuration sound, and no secret is in the bundle', () => {
    const secret = 'whsec_bm9ib2R5LXNoYWxsLXNlZS10aGlzLWluLWEtYnVuZGxl';
    writeFileSync(
      join(folder, 'config.mjs'),
      "export default { push: { webhooks: [{ url: 'https://a.example', secret: process.env.HOOK_SECRET }] } };\n",
    );
    const bin = join(ROOT, 'node_modules/.bin');
    const env = {
      PATH: `${bin}${delimiter}${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
      HOOK_SECRET: secret,
    };
    const { status, err, out } = deploy(env, {}, ['--dry-run']);
    expect([status, err.includes('Mend')]).toEqual([0, false]);
    expect(out).toContain('its configuration is sound');
    const bundle = readFileSync(join(folder, 'data/deploy/bundle/worker.js'), 'utf8');
    const config = readFileSync(join(folder, 'data/deploy/wrangler.json'), 'utf8');
    expect(bundle).toContain('process.env.HOOK_SECRET');
    for (const text of [secret, TOKEN]) expect(bundle.includes(text) || config.includes(text)).toBe(false);
  }, 60_000);
});
