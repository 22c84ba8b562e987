import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Article, Problem } from '../../src/articles/article.ts';
import { comparePaths } from '../../src/articles/precedence.ts';
import { readArticle } from '../../src/articles/read.ts';
import { renderArticle } from '../../src/articles/render.ts';
import { articleFiles } from '../../src/articles/selection.ts';
import { resolveConfig } from '../../src/config/config.ts';

const SYNTHESIZE = join(import.meta.dirname, '../../../shared/corpora/synthesize.mjs');

/** One odd file of the manifest; texts under `check` are compared with white space collapsed. */
interface Odd {
  path: string;
  case: string;
  expect: 'accepted' | 'withheld' | 'rejected';
  reason?: string;
  check?: Record<string, string | string[] | null>;
}

interface Manifest {
  files: number;
  odd: Odd[];
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
}, 120_000);

describe.skipIf(!existsSync(SYNTHESIZE)).each([1000, 10_000])('%i made-up files', (count) => {
  it('come out as their manifest says', { timeout: 120_000 }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'tidings-articles-'));
    folders.push(folder);
    execFileSync(process.execPath, [SYNTHESIZE, folder, '--count', String(count)]);
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
    const odd = new Map(manifest.odd.map((one) => [one.path, one]));
    // Ordinary bodies are alike: of many files the odd ones are rendered and some of the others.
    const found = readFolder(folder, (path, index) => odd.has(path) || index % (count / 500) === 0);
    expect(found.size).toBe(manifest.files);
    const wrong: Record<string, unknown> = {};
    for (const [path, outcome] of found) {
      const expected = expectedOf(odd.get(path));
      const actual = shownLike(expected, outcome);
      if (JSON.stringify(actual) !== JSON.stringify(expected)) wrong[path] = { expected, actual, ...outcome };
    }
    expect(wrong).toEqual({});
  });
});

interface Outcome {
  state: string;
  repaired: boolean;
  problems: Problem[];
  article: Article | null;
}

/** Reads every selected file and renders those that are wanted; of two with one address the later path is rejected. */
function readFolder(folder: string, wanted: (path: string, index: number) => boolean): Map<string, Outcome> {
  const config = resolveConfig(
    { site: { url: 'https://news.example', timezone: 'Asia/Seoul' } },
    'http://localhost:8787',
  );
  const selected = articleFiles(config);
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter(selected)
    .sort(comparePaths);
  const urls = new Set<string>();
  const found = new Map<string, Outcome>();
  for (const [index, path] of paths.entries()) {
    const bytes = new Uint8Array(readFileSync(join(folder, path)));
    const reading = readArticle({ path, bytes }, { config, now: Date.parse('2026-06-01T00:00:00Z') });
    if (reading.state === 'rejected') {
      found.set(path, { ...reading, repaired: false, article: null });
      continue;
    }
    const { article, state, repaired } = reading;
    const problems = wanted(path, index) ? renderArticle(article, config).problems : [];
    if (state === 'accepted' && urls.has(article.url)) {
      found.set(path, {
        state: 'rejected',
        repaired: false,
        problems: [{ code: 'url-duplicate', message: '' }],
        article: null,
      });
      continue;
    }
    urls.add(article.url);
    found.set(path, { state, repaired, problems: [...reading.problems, ...problems], article });
  }
  return found;
}

function expectedOf(odd: Odd | undefined): Record<string, unknown> {
  if (!odd) return { state: 'accepted', codes: [] };
  return {
    state: odd.expect,
    ...(odd.reason ? { reason: odd.reason } : {}),
    ...(odd.reason === 'front-matter-repaired' ? { repaired: true } : {}),
    check: Object.fromEntries(Object.entries(odd.check ?? {}).map(([key, value]) => [key, collapsed(value)])),
  };
}

/** The outcome, told in the terms of what is expected. */
function shownLike(expected: Record<string, unknown>, outcome: Outcome): Record<string, unknown> {
  const { state, repaired, problems, article } = outcome;
  if ('codes' in expected) return { state, codes: problems.map(({ code }) => code) };
  const reason = expected.reason;
  return {
    state,
    ...(reason ? { reason: problems.find(({ code }) => code === reason)?.code } : {}),
    ...('repaired' in expected ? { repaired } : {}),
    check: Object.fromEntries(
      Object.keys(expected.check as object).map((key) => [key, article && collapsed(checked(article, key))]),
    ),
  };
}

function checked(article: Article, key: string): string | string[] | null {
  if (key === 'authors') return article.authors.map(({ name }) => name);
  if (key === 'image') return article.image?.url ?? null;
  return article[key as 'title' | 'published' | 'updated' | 'summary' | 'tags'];
}

function collapsed(value: string | string[] | null): string | string[] | null {
  return typeof value === 'string' ? value.replace(/\s+/g, ' ').trim() : value;
}
