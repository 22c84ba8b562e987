import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Makes article files in any number, with a manifest of what is expected of the odd ones. */
export const SYNTHESIZE = join(import.meta.dirname, '../../../shared/corpora/synthesize.mjs');

/** One odd file of the manifest; texts under `check` are compared with white space collapsed. */
export interface Odd {
  path: string;
  case: string;
  expect: 'accepted' | 'withheld' | 'rejected';
  reason?: string;
  check?: Record<string, string | string[] | null>;
}

export interface Manifest {
  files: number;
  odd: Odd[];
}

/** Fills a folder with so many files. */
export function synthesize(folder: string, count: number): Manifest {
  execFileSync(process.execPath, [SYNTHESIZE, folder, '--count', String(count)]);
  return JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
}

/** What became of a file, as the check, the interface and the reader tell it. */
export interface Outcome {
  state: string;
  repaired: boolean;
  problems: { code: string }[];
  article: {
    title: string;
    published: string;
    updated: string | null;
    summary: string | null;
    tags: string[];
    authors: { name: string }[];
    image: string | null;
  } | null;
}

/** The files that did not come out as the manifest says, with what was expected. */
export function differences(manifest: Manifest, found: Map<string, Outcome>): Record<string, unknown> {
  const odd = new Map(manifest.odd.map((one) => [one.path, one]));
  const wrong: Record<string, unknown> = {};
  for (const [path, outcome] of found) {
    const expected = expectedOf(odd.get(path));
    const actual = shownLike(expected, outcome);
    if (JSON.stringify(actual) !== JSON.stringify(expected)) wrong[path] = { expected, actual, ...outcome };
  }
  return wrong;
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

function checked(article: NonNullable<Outcome['article']>, key: string): string | string[] | null {
  if (key === 'authors') return article.authors.map(({ name }) => name);
  return article[key as 'title' | 'published' | 'updated' | 'summary' | 'tags' | 'image'];
}

function collapsed(value: string | string[] | null): string | string[] | null {
  return typeof value === 'string' ? value.replace(/\s+/g, ' ').trim() : value;
}
