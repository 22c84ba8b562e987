import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { allCommands, findCommand } from '../../src/cli/commands.ts';
import { tableLines } from '../../src/cli/table.ts';
import { tidings } from './tidings.ts';

const commands = await allCommands();

describe.each(commands)('tidings %s', (name, { usage, options, examples }) => {
  it('has its name and every option in its usage', () => {
    expect(usage === name || usage.startsWith(`${name} `)).toBe(true);
    for (const option of Object.keys(options)) expect(usage).toContain(`--${option}`);
    for (const [, option = ''] of usage.matchAll(/--([\w-]+)/g)) expect(Object.keys(options)).toContain(option);
  });

  it('has examples that it would take', async () => {
    expect(examples.length).toBeGreaterThan(0);
    for (const [line, does] of examples) {
      expect(does).not.toBe('');
      const words = /(?:^|\s)tidings (.*?)(?: [>|] .*)?$/.exec(line)?.[1]?.split(' ') ?? [];
      expect((await findCommand(words))?.name, line).toBe(name);
      const args = words.slice(name.split(' ').length);
      expect(() => parseArgs({ args, options, allowPositionals: true }), line).not.toThrow();
    }
  });
});

describe('help', () => {
  it('lists every command', async () => {
    const { status, out } = await tidings(['--help']);
    expect(status).toBe(0);
    for (const [name] of commands) expect(out).toContain(`  ${name} `);
  });

  it('tells of one command the same by both names', async () => {
    const [asked, flagged] = await Promise.all([
      tidings(['help', 'articles', 'check']),
      tidings(['articles', 'check', '--help']),
    ]);
    expect(asked).toEqual(flagged);
    expect(asked.out).toMatch(/Usage: tidings articles check \[DIR\][\s\S]*--json +print JSON[\s\S]*Examples:/);
  });

  it('tells of the commands of a noun', async () => {
    const [asked, flagged] = await Promise.all([tidings(['help', 'partners']), tidings(['partners', '--help'])]);
    expect(asked).toEqual(flagged);
    expect(asked.status).toBe(0);
    expect(asked.out).toMatch(/partners list .*\n[\s\S]*partners proof/);
    expect(asked.out).not.toContain('subscribers list');
  });

  it('breaks a long usage between options', async () => {
    const { out } = await tidings(['help', 'partners', 'add']);
    const usage = out.slice(out.indexOf('Usage:'), out.indexOf('\n\n', out.indexOf('Usage:'))).split('\n');
    expect(usage.length).toBeGreaterThan(1);
    expect(usage.every((line) => line.length <= 100)).toBe(true);
    expect(usage.slice(1).every((line) => line.startsWith('       [--'))).toBe(true);
  });

  it('has colours only where they are wanted', async () => {
    const plain = await tidings(['--help']);
    const coloured = await tidings(['--help'], { env: { FORCE_COLOR: '1' } });
    expect(plain.out).not.toContain('\u001b');
    expect(coloured.out).toContain('\u001b[1m');
  });
});

describe('what is misspelt', () => {
  it.each([
    [['feed', 'list'], 'Did you mean: tidings feeds list'],
    [['docter'], 'Did you mean: tidings doctor'],
    [['subscribers'], 'subscribers list, subscribers show, subscribers remove'],
    [['feeds', 'list', '--jsno'], 'Did you mean --json?'],
    [['toString'], 'There is no command toString'],
    [['start', '--port', '9000'], 'There is no option --port'],
    [['run', 'now'], "Unexpected argument 'now'"],
    [['deliveries', 'list', '--limit', '0'], '--limit must be a whole number from 1 on'],
    [['help', 'artcles', 'check'], 'Did you mean: tidings articles check'],
  ])('%j names the mend', async (args, mend) => {
    const { status, err } = await tidings(args);
    expect(status).toBe(2);
    expect(err).toContain(mend);
  });
});

it('an export that cannot be written says so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidings-export-'));
  const env = { TIDINGS_DATA: join(folder, 'data') };
  const { status, err } = await tidings(['export', join(folder, 'missing/house.jsonl')], { env });
  rmSync(folder, { recursive: true });
  expect([status, err]).toEqual([1, expect.stringMatching(/house\.jsonl cannot be written \(ENOENT\)/)]);
});

it.each([
  [{ HOST: '999.1.1.1' }, 'set HOST to an address of this machine'],
  [{ TIDINGS_ADMIN_TOKEN_FILE: 'nowhere' }, 'TIDINGS_ADMIN_TOKEN_FILE names nowhere, which cannot be read (ENOENT)'],
])('a start with %j names the mend', async (wrong, mend) => {
  const folder = mkdtempSync(join(tmpdir(), 'tidings-start-'));
  mkdirSync(join(folder, 'content'));
  const { status, err } = await tidings(['start'], { cwd: folder, env: { PORT: '0', ...wrong } });
  rmSync(folder, { recursive: true });
  expect([status, err]).toEqual([1, expect.stringContaining(mend)]);
});

describe('a table', () => {
  const rows = [
    ['뱃길이 이틀째 끊겨 섬에 물이 모자라다', 1],
    [`a\u001b[2Jb\nc${'x'.repeat(60)}`, 2],
  ];

  it('fits the terminal, wide letters too', () => {
    const lines = tableLines(['TITLE', 'N'], rows, 24).map((line) => stripVTControlCharacters(line));
    expect(lines).toEqual(['TITLE                  N', '뱃길이 이틀째 끊겨 …   1', `ab c${'x'.repeat(16)}…  2`]);
  });

  it('is whole where there is no terminal', () => {
    expect(tableLines(['TITLE', 'N'], rows, Number.POSITIVE_INFINITY)[2]).toContain('x'.repeat(60));
  });
});
