import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allBlocks, commandsOf } from './blocks.ts';
import { type Clone, makeClone } from './clone.ts';

/** Commands that are not run here, and why. */
const ELSEWHERE: Record<string, string> = {
  'npm ci': 'the gate begins with it',
  'npm test': 'it is what runs this',
  'npm pack': 'test/packaging makes the package and installs it',
  'npm install': 'the same',
  'npm run edge': 'test/e2e runs it',
  'npm run bench': 'takes minutes; the names are compared with what there is',
  'npm run deploy': 'wants an account at Cloudflare; test/cli/deploy.test.ts runs it against a stand-in',
  'npx wrangler login': 'wants a person with that account',
  'docker compose up': 'wants a Docker daemon',
  'git pull': 'wants the repository that the clone came from',
};

/** What a page takes for granted, and what its text says of what is printed. */
interface Page {
  /** Script that is run before the page's first command. */
  before?: string;
  /** Scripts before single commands, by how these begin. */
  beforeCommand?: Record<string, string>;
  /** Words of the page that stand for something, and scripts that print what is really there. */
  standsFor?: Record<string, string>;
  /** How commands begin that find something wrong, and so end with 1. */
  failing?: string[];
  /** What commands print besides what the block shows, by how they begin. */
  says?: Record<string, RegExp>;
}

const HARBOUR = String.raw`mkdir -p content/posts
printf -- '---\ntitle: Harbour\ndate: 2026-11-03\n---\nIt sails.\n' >content/posts/harbour.md
tidings run >/dev/null`;
const NO_PORTAL = 'tidings partners remove portal >/dev/null 2>&1 || true';
const portal = (options = '') => `${NO_PORTAL}
tidings partners add portal --name Portal ${options} --json >portal.json
KEY=$(node -p 'JSON.parse(require("fs").readFileSync("portal.json", "utf8")).key')
KEY_ID=$(echo "$KEY" | cut -d_ -f2)`;
const SUBSCRIPTION = 'JSON.parse(require("fs").readFileSync(0)).subscribers[0]?.id ?? ""';
const NOT_TAKEN_OVER = 'rm -f ../my-site/tidings.config.ts';

/** It prints the two commands that come next, to be copied. */
const NEXT = { 'npm run -s tidings -- init': /npm run -s tidings -- articles check\n.* npm start\n/ };

const PAGES: Record<string, Page> = {
  'README.md': { before: NOT_TAKEN_OVER, says: NEXT },
  'docs/start.md': { before: NOT_TAKEN_OVER, says: NEXT },
  'docs/moving.md': { beforeCommand: { 'npm run -s tidings -- init': NOT_TAKEN_OVER } },
  'docs/channels.md': { says: { 'curl http://localhost:8787/rsscloud': /success="true"/ } },
  'docs/cloudflare.md': {
    beforeCommand: { 'npm run -s tidings -- sync': 'TIDINGS_ADMIN_TOKEN=$TOKEN' },
  },
  'docs/content.md': {
    before: `mkdir ../elsewhere; cp -r content ../elsewhere; cd ../elsewhere; printf -- '---\\ntitle: Roof\\ndate: 2026-11-03\\n---\\nIt leaks.\\n' >roof.md
cp roof.md content`,
  },
  'docs/http.md': { says: { 'curl -i': /^HTTP\/1\.1 200[\s\S]*^etag:/im } },
  'docs/hub.md': {
    before: `node callback.mjs >/dev/null & trap "kill $!" EXIT; sleep 1`,
    standsFor: { 'https://sister.example': '$OUTSIDE', '--subscription 1': '--subscription "$SUBSCRIPTION"' },
    beforeCommand: {
      'callback=': 'sleep 2',
      'curl https://feeds.example/hub':
        'curl $HERE/hub -d hub.mode=subscribe -d hub.topic=$OUTSIDE/feed.xml -d hub.callback=$OUTSIDE/sister; sleep 2',
      // The page has just removed the only one.
      'npm run -s tidings -- deliveries replay --subscription': `curl $HERE/hub -d hub.mode=subscribe -d hub.topic=$HERE/atom.xml -d hub.callback=$OUTSIDE/
SUBSCRIPTION=
until [ "$SUBSCRIPTION" ]; do SUBSCRIPTION=$(tidings subscribers list --json | node -p '${SUBSCRIPTION}'); done`,
    },
    says: { 'curl -i http://localhost:8787/hub': /^HTTP\/1\.1 202/m, 'curl -G': /"state"/ },
  },
  'docs/moving-house.md': {
    beforeCommand: {
      'tidings import': 'export TIDINGS_DATA=$(mktemp -d ../new-XXXX)',
      'tidings import house.jsonl --to': `mkdir ../new; export FEEDS=http://localhost:$SPARE
(PORT=$SPARE TIDINGS_CONTENT=../new TIDINGS_DATA=../new-data exec node src/cli/main.ts start) >/dev/null & trap "kill $!" EXIT
until curl $FEEDS/readyz >/dev/null 2>&1; do sleep 0.1; done`,
      'tidings export ledger': 'unset TIDINGS_DATA',
    },
    says: { 'tidings sync': /[1-9]\d* uploaded/ },
  },
  'docs/operating.md': {
    beforeCommand: {
      'npm run -s tidings -- import': 'export TIDINGS_DATA=$(mktemp -d ../restored-XXXX)',
      'git pull': 'unset TIDINGS_DATA',
    },
  },
  'docs/partners.md': {
    before: NO_PORTAL,
    beforeCommand: { 'curl -X POST': NO_PORTAL, 'curl http://localhost:8787/partners/portal/rss.xml -H': portal() },
    standsFor: { '1f0c2a9b77de': '$KEY_ID' },
    says: { 'curl -X POST': /"webhookSecret"/, 'curl http://localhost:8787/partners': /<\/rss>/ },
  },
  'docs/profiles.md': { before: portal(), failing: ['npm run -s tidings -- partners check'] },
  'docs/retractions.md': {
    before: `${portal('--webhook $OUTSIDE/hook')}\n${HARBOUR}`,
    beforeCommand: {
      'tidings partners replay portal --event':
        'EVENT=$(tidings partners pushes portal --json | node -p \'JSON.parse(require("fs").readFileSync(0)).pushes[0].id\')',
    },
    standsFor: { 'msg_5d1c…': '"$EVENT"' },
  },
};

/** Other people's addresses, as variables of the shell. */
const ADDRESSES: Record<string, string> = {
  'http://localhost:8787': '$HERE',
  'https://news.example': '$HERE',
  'https://feeds.example': '$FEEDS',
  'https://feeds.my-site.example': '$FEEDS',
  'https://my-site.example': '$OUTSIDE',
  'https://reader.example': '$OUTSIDE',
  'http://localhost:8788': '$CALLBACK',
  'port=8788': 'port=$OUTSIDE_PORT',
  'TIDINGS_ADMIN_TOKEN=…': 'TIDINGS_ADMIN_TOKEN=$TOKEN',
};

const blocks = allBlocks().filter(({ language }) => language === 'sh');
let clone: Clone;
beforeAll(async () => {
  clone = await makeClone(Object.keys(ELSEWHERE));
}, 60_000);
afterAll(() => clone.stop(), 60_000);

describe.each(Object.entries(Object.groupBy(blocks, ({ page }) => page)))('%s', (page, own = []) => {
  const { before = '', beforeCommand = {}, standsFor = {}, failing = [], says = {} } = PAGES[page] ?? {};
  const commands = own.flatMap(({ line, text }) => commandsOf(text).map((command) => ({ ...command, line })));
  const real = (text: string) =>
    Object.entries({ ...ADDRESSES, ...standsFor }).reduce((now, [word, there]) => now.replaceAll(word, there), text);

  test('runs as it is written', { timeout: 180_000 }, async () => {
    const of = (scripts: Record<string, string>, text: string) =>
      Object.entries(scripts)
        .filter(([begins]) => text.startsWith(begins))
        .map(([, script]) => script);
    const script = commands.flatMap(({ text }, at) => [
      ...of(beforeCommand, text),
      `printf '\\n@@%s\\n' ${at}`,
      real(text) + (failing.some((begins) => text.startsWith(begins)) ? ' || [ $? = 1 ]' : ''),
    ]);
    const { status, out, err } = await clone.bash([before, ...script, "printf '\\n@@end\\n'"].join('\n'));
    const parts = out.split(/^@@/m).slice(1);
    const last = commands[parts.length - 1];
    expect(status, `${page}:${last?.line}: ${last?.text}\n${parts.at(-1)}\n${err}`).toBe(0);
    const printed = await clone.bash(`cat <<END\n${real(commands.flatMap(({ prints }) => prints).join('\n'))}\nEND`);
    const shown = printed.out.split('\n');
    for (const [at, { text, prints, line }] of commands.entries()) {
      for (const words of Object.entries(says).flatMap(([begins, words]) => (text.startsWith(begins) ? [words] : [])))
        expect(parts[at], `${page}:${line}: ${text}`).toMatch(words);
      for (const _ of prints) expect(parts[at], `${page}:${line}: ${text}`).toMatch(like(shown.shift() ?? ''));
    }
  });
});

/** A line as it is shown, whatever its numbers are. */
const like = (line: string) =>
  new RegExp(`^${line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\d+/g, '\\d+')}$`, 'mi');

test('whatever is run elsewhere is still in the documentation', () => {
  expect(Object.keys(ELSEWHERE).filter((command) => !clone.met().includes(command))).toEqual([]);
});

test('there is every benchmark that is named', () => {
  const named = blocks.flatMap(({ text }) => [...text.matchAll(/npm run bench -- (\w+)/g)].map(([, name]) => name));
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !existsSync(join(import.meta.dirname, `../../bench/${name}.ts`)))).toEqual([]);
});
