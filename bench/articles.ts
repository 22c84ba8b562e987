import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import matter from 'gray-matter';
import MarkdownIt from 'markdown-it';
import { readArticle } from '../src/articles/read.ts';
import { renderArticle } from '../src/articles/render.ts';
import { resolveConfig } from '../src/config/config.ts';
import { corpus } from './corpus.ts';
import { type Figure, figure } from './figure.ts';
import type { Benchmark } from './main.ts';
import { inTurn, milliseconds } from './turns.ts';

const config = resolveConfig({ site: { url: 'https://news.example', timezone: 'Asia/Seoul', language: 'ko' } }, '');
const context = { config, now: Date.now() };

interface File {
  path: string;
  bytes: Uint8Array;
}

/** Reading and rendering article files, beside a bare loop of gray-matter and markdown-it over the same bytes. */
export const run: Benchmark = async ({ count = 10_000, rounds = 3 }) => {
  const files = readFiles(corpus(count, 0.01));
  const took = await inTurn(rounds, {
    bare: () => milliseconds(() => bareLoop(files)),
    read: () => milliseconds(() => files.map((file) => readArticle(file, context))),
    rendered: () => milliseconds(() => files.map(readAndRender)),
  });
  const bare = { beside: took.bare };
  const alone = `reading ${count} files`;
  return [
    figure(alone, 'ms', took.read, { ...bare, target: { atMost: 1.5 } }),
    figure(`${alone}, rendering, sanitizing`, 'ms', took.rendered, { ...bare, target: { atMost: 3 } }),
    await slowest(files),
  ];
};

function readFiles(folder: string): File[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(?:md|html)$/.test(entry.name))
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return { path: file.slice(folder.length + 1), bytes: readFileSync(file) };
    });
}

/** With options gray-matter keeps nothing between the rounds; without an engine it runs no code that a file brings. */
const NO_CODE = { engines: { javascript: () => ({}) } };

/** What a script of a few lines would do; a file that it cannot read it leaves out. */
function bareLoop(files: File[]): void {
  const markdown = new MarkdownIt();
  const decoder = new TextDecoder();
  for (const { bytes } of files) {
    try {
      markdown.render(matter(decoder.decode(bytes), NO_CODE).content);
    } catch {
      // Broken front matter.
    }
  }
}

function readAndRender(file: File): void {
  const reading = readArticle(file, context);
  if (reading.state !== 'rejected') renderArticle(reading.article, config);
}

async function slowest(files: File[]): Promise<Figure> {
  let worst = { ms: 0, path: '' };
  for (const file of files) {
    const ms = await milliseconds(() => readAndRender(file));
    if (ms > worst.ms) worst = { ms, path: file.path };
  }
  return figure(`slowest single file (${worst.path.slice(0, 40)})`, 'ms', [worst.ms], { target: { atMost: 2000 } });
}
