import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tidings } from './tidings.ts';

/** What stands on the line when tab was pressed, and the one word that it then ends with. */
const LINES = [
  ['subs', 'subscribers'],
  ['feeds l', 'list'],
  ['articles sh', 'show'],
  ['articles list --st', '--state'],
  ['articles list --state acc', 'accepted'],
  ['run --acc', '--accept-withdrawals'],
  ['check --al', '--all'],
  ['partners add portal --content f', 'full'],
  ['completion z', 'zsh'],
  ['help docto', 'doctor'],
];

/** Lines after which nothing must be offered: a command is not its noun's, and no file is a number. */
const NOTHING = ['articles check --al', 'partners add portal --embargo '];

const isThere = (shell: string) => spawnSync(shell, ['--version']).status === 0;

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidings-completion-'));
  const scripts = ['bash', 'zsh', 'fish'].map(async (shell) => {
    writeFileSync(join(folder, shell === 'zsh' ? '_tidings' : shell), (await tidings(['completion', shell])).out);
  });
  await Promise.all(scripts);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('bash completes', () => {
  const ask = (line: string) => {
    const words = ['tidings', ...line.split(' ')];
    const run = `. ${join(folder, 'bash')}; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length - 1}; _tidings; echo "\${COMPREPLY[*]}"`;
    return execFileSync('bash', ['--norc', '-c', run], { encoding: 'utf8' }).trim();
  };
  it.each(LINES)('%s to %s', (line, word) => expect(ask(line)).toBe(word));
  it.each(NOTHING)('%s to nothing', (line) => expect(ask(line)).toBe(''));
  it('options in front of a value that is not there yet', () => expect(ask('run --json --')).toContain('--help'));
});

describe.skipIf(!isThere('fish'))('fish completes', () => {
  const ask = (line: string) => {
    const run = `source ${join(folder, 'fish')}; complete -C'tidings ${line}'`;
    const out = execFileSync('fish', ['--no-config', '-c', run], { encoding: 'utf8', cwd: folder });
    return out
      .trim()
      .split('\n')
      .map((one) => one.split('\t')[0]);
  };
  it.each(LINES)('%s to %s', (line, word) => expect(ask(line)).toEqual([word]));
  it.each(NOTHING)('%s to nothing', (line) => expect(ask(line)).toEqual(['']));
});

/** Types lines into an interactive zsh, each with a tab at its end, and prints the arguments that come of it. */
const TYPE = `zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=; fpath=($1 \\$fpath); autoload -Uz compinit; compinit -u -D; bindkey '^I' complete-word; tidings() { print -r -- \\"=\\$*=\\" }; print READY"
zpty -r shell out '*READY*READY*'
shift
for line in "$@"; do
  zpty -w -n shell "tidings $line"$'\\t\\n'
  zpty -r shell out $'*=*=\\r\\n*'
  print -r -- \${\${(M)\${(f)out}:#=*=*}[-1]}
done
zpty -d shell`;

describe.skipIf(!isThere('zsh'))('zsh', () => {
  it('completes the same', { timeout: 60_000 }, () => {
    const script = join(folder, 'type.zsh');
    writeFileSync(script, TYPE);
    const lines = LINES.map(([line = '']) => line);
    const out = execFileSync('zsh', ['-f', script, folder, ...lines, ...NOTHING], { encoding: 'utf8', cwd: folder });
    const whole = LINES.map(([line = '', word]) => line.replace(/\S+$/, String(word)));
    expect(
      out
        .replaceAll('\r', '')
        .trim()
        .split('\n')
        .map((one) => one.replaceAll('=', '').trim()),
    ).toEqual([...whole, ...NOTHING.map((line) => line.trim())]);
  });
});

it('asks for a shell that it knows', async () => {
  expect(await tidings(['completion', 'tcsh'])).toMatchObject({
    status: 2,
    err: 'Name your shell: bash, zsh, fish.\n',
  });
});
