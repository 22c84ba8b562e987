import { execFileSync, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { resolveConfig } from '../../src/config/config.ts';
import { makeSecret } from '../../src/push/secret.ts';
import { read } from '../articles/reading.ts';
import { allBlocks } from './blocks.ts';

const blocks = allBlocks().map((block) => ({ ...block, place: `${block.page}:${block.line}` }));
const of = (language: string) => blocks.filter((block) => block.language === language);
const configurations = of('ts').filter(({ text }) => text.startsWith('export default'));

describe('examples of the configuration', () => {
  beforeAll(() => {
    vi.stubEnv('WEBHOOK_SECRET', makeSecret());
    vi.stubEnv('REPOSITORY_SECRET', makeSecret());
    vi.stubEnv('REPOSITORY_TOKEN', 'a token');
    for (const name of ['SLACK_WEBHOOK', 'DISCORD_WEBHOOK']) vi.stubEnv(name, `https://chat.example/${name}`);
  });
  afterAll(() => vi.unstubAllEnvs());

  test('are found', () => expect(configurations.length).toBeGreaterThan(6));

  test.each(configurations)('$place is taken by the schema', async ({ text }) => {
    const module = await import(`data:text/javascript,${encodeURIComponent(stripTypeScriptTypes(text))}`);
    expect(() => resolveConfig(module.default, 'https://feeds.example')).not.toThrow();
  });
});

test.each(of('json'))('$place is JSON', ({ text }) => {
  expect(() => JSON.parse(text)).not.toThrow();
});

const frontMatter = of('yaml').filter(({ page }) => page !== 'docs/content.md');

test('there is front matter among the examples', () => expect(frontMatter.length).toBeGreaterThan(2));

test.each(frontMatter)('$place is front matter that needs no mending', ({ text }) => {
  const title = text.startsWith('title:') ? '' : 'title: A title\n';
  expect(read(`---\ndate: 2026-01-05\n${title}${text}---\nA text.\n`)).toMatchObject({
    state: 'accepted',
    problems: [],
  });
});

test('the workflow gives the action what it takes', () => {
  const [workflow] = of('yaml').filter(({ page }) => page === 'docs/content.md');
  const { jobs } = load(workflow?.text ?? '') as { jobs: { sync: { steps: { uses: string; with?: object }[] } } };
  const given = jobs.sync.steps.find(({ uses }) => uses.includes('/action@'))?.with ?? {};
  const { inputs } = load(readFileSync(join(import.meta.dirname, '../../action/action.yml'), 'utf8')) as {
    inputs: Record<string, { required?: boolean }>;
  };
  expect(Object.keys(given).filter((name) => !(name in inputs))).toEqual([]);
  expect(Object.keys(inputs).filter((name) => inputs[name]?.required && !(name in given))).toEqual([]);
});

describe('a signature is believed, and a forged one is not', () => {
  const secret = 'a long random text';
  const body = 'a document';
  const signed = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  const example = (language: string) =>
    blocks.find((block) => block.page === 'docs/hub.md' && block.language === language)?.text ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'tidings-signature-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const run = (command: string, file: string, text: string) => {
    writeFileSync(join(folder, file), text);
    return execFileSync(command, [join(folder, file)], { encoding: 'utf8' }).trim();
  };

  test('in Python', () => {
    const asked = [signed, `${signed}0`].map((header) => `print(is_signed("${secret}", b"${body}", "${header}"))`);
    expect(run('python3', 'signature.py', `${example('python')}\n${asked.join('\n')}\n`)).toBe('True\nFalse');
  });

  const compiles = spawnSync('java', ['--list-modules'], { encoding: 'utf8' }).stdout?.includes('jdk.compiler');
  test.skipIf(!compiles)('in Java', { timeout: 60_000 }, () => {
    const asked = [signed, `${signed}0`].map(
      (header) => `System.out.println(isSigned("${secret}", "${body}".getBytes(StandardCharsets.UTF_8), "${header}"));`,
    );
    const main = `  public static void main(String[] given) throws Exception {\n${asked.join('\n')}\n  }\n}\n`;
    const program = example('java').trimEnd().replace(/\}$/, main);
    expect(run('java', 'Signature.java', program)).toBe('true\nfalse');
  });
});
