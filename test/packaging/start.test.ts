import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from '@babel/parser';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const WORKER = join(ROOT, 'src/cloudflare/worker.ts');

/** Packages that are evaluated whenever an isolate starts. A new one has to be worth its time there. */
const AT_START = ['fastest-levenshtein', 'hono', 'ipaddr.js', 'valibot', 'xastscript'];

test('the Worker’s start evaluates what serves documents, and what reads and renders articles is left for later', () => {
  const { packages, files } = reached(WORKER, { later: false });
  expect([...packages].sort()).toEqual(AT_START);
  expect(files.filter((file) => /src\/(?:moving|http\/admin|feeds\/fragments)/.test(file))).toEqual([]);
  // They are in the bundle all the same.
  const all = reached(WORKER, { later: true }).packages;
  for (const name of ['gray-matter', 'markdown-it', 'sanitize-html', 'feed']) expect(all).toContain(name);
});

test('a Node process has all that answers from its start, since an update may replace files while it runs', () => {
  const server = join(ROOT, 'src/node/server.ts');
  const now = new Set(reached(server, { later: false }).files);
  const missing = reached(server, { later: true }).files.filter((file) => !now.has(file));
  expect(missing).toEqual([]);
});

/** Files of `src` and packages that a module imports, with what those import. `later`: by `import()` too. */
function reached(entry: string, { later }: { later: boolean }): { files: string[]; packages: Set<string> } {
  const files = new Set([entry]);
  const packages = new Set<string>();
  for (const file of files)
    for (const name of importsOf(file, later)) {
      if (name.startsWith('.')) files.add(join(dirname(file), name));
      else if (!name.startsWith('node:') && name !== 'tidings-config') packages.add(packageOf(name));
    }
  return { files: [...files], packages };
}

const packageOf = (name: string) =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');

/** What a module imports for more than its types. */
function importsOf(file: string, later: boolean): string[] {
  const text = readFileSync(file, 'utf8');
  const { body } = parse(text, { sourceType: 'module', plugins: ['typescript'] }).program;
  const found: string[] = [];
  for (const part of body) {
    if (part.type === 'ImportDeclaration' && part.importKind !== 'type') found.push(part.source.value);
    if (part.type === 'ExportAllDeclaration' && part.exportKind !== 'type') found.push(part.source.value);
    if (part.type === 'ExportNamedDeclaration' && part.exportKind !== 'type' && part.source)
      found.push(part.source.value);
  }
  if (later) found.push(...[...text.matchAll(/await import\('([^']+)'\)/g)].map(([, name = '']) => name));
  return found;
}
