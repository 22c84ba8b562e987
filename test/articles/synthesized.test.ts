import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { comparePaths } from '../../src/articles/precedence.ts';
import { readArticle } from '../../src/articles/read.ts';
import { renderArticle } from '../../src/articles/render.ts';
import { articleFiles } from '../../src/articles/selection.ts';
import { resolveConfig } from '../../src/config/config.ts';
import { differences, type Outcome, SYNTHESIZE, synthesize } from './manifest.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
}, 120_000);

describe.skipIf(!existsSync(SYNTHESIZE)).each([1000, 10_000])('%i made-up files', (count) => {
  it('come out as their manifest says', { timeout: 120_000 }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'tidings-articles-'));
    folders.push(folder);
    const manifest = synthesize(folder, count);
    const odd = new Set(manifest.odd.map((one) => one.path));
    // Ordinary bodies are alike: of many files the odd ones are rendered and some of the others.
    const found = readFolder(folder, (path, index) => odd.has(path) || index % (count / 500) === 0);
    expect(found.size).toBe(manifest.files);
    expect(differences(manifest, found)).toEqual({});
  });
});

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
        problems: [{ code: 'url-duplicate' }],
        article: null,
      });
      continue;
    }
    urls.add(article.url);
    found.set(path, {
      state,
      repaired,
      problems: [...reading.problems, ...problems],
      article: { ...article, image: article.image?.url ?? null },
    });
  }
  return found;
}
