import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { corpus } from './corpus.ts';
import { needProgram } from './debian.ts';
import { type Figure, figure, quantile } from './figure.ts';
import { NEWEST } from './home.ts';
import { hugoSite } from './hugo.ts';
import type { Benchmark } from './main.ts';
import { ended, type Measured, measured } from './measured.ts';
import { NODE_ENVIRONMENT, NODE_FLAGS } from './process.ts';
import { inTurn } from './turns.ts';

/**
 * From an empty data folder to all documents of every feed (site, categories, tags, authors, languages; three formats;
 * compressed; committed), beside Hugo, which makes one RSS document of the site and of each category. Then one changed
 * file.
 */
export const run: Benchmark = async ({ count = 10_000, rounds = 3 }) => {
  needProgram('time');
  needProgram('hugo');
  const folder = mkdtempSync(join(tmpdir(), 'tidings-build-'));
  try {
    const many = site(join(folder, 'many'), count);
    const few = site(join(folder, 'few'), Math.max(100, count / 10));
    const cold = await coldBuilds(many, folder, rounds);
    await build(few);
    return [...cold, ...oneChange(count, await changes(few), await changes(many))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** A content folder of its own, since articles will change, and a data folder that is not there yet. */
interface Site {
  content: string;
  data: string;
}

/** In the feeds of the site, a category, two tags, an author, a language: the same ones among few and among many. */
const ARTICLE = `---
title: A winter safety plan
date: 2026-01-02T09:00:00+09:00
lang: en
categories: [News]
tags: [policy, weather]
authors: [Mara Quill]
---

${'The harbour board announced a winter safety plan at the old pier. '.repeat(60)}
`;

/** The synthesized articles have 13 categories; with these in place of some of their `News` they have 20. */
const SECTIONS = ['News', 'World', 'Science', 'Health', 'Opinion', 'Travel', 'Books', 'Gardens'];

function site(folder: string, count: number): Site {
  const content = join(folder, 'content');
  cpSync(corpus(count, 0), content, { recursive: true });
  for (const [at, name] of readdirSync(join(content, '_posts')).sort().entries()) {
    const file = join(content, '_posts', name);
    const section = SECTIONS[at % SECTIONS.length];
    writeFileSync(file, readFileSync(file, 'utf8').replace('\n  - News\n', `\n  - ${section}\n`));
  }
  writeFileSync(join(content, NEWEST), ARTICLE);
  return { content, data: join(folder, 'data') };
}

function build({ content, data }: Site): Promise<Measured> {
  rmSync(data, { recursive: true, force: true });
  const script = join(import.meta.dirname, 'cold.ts');
  return measured(process.execPath, [...NODE_FLAGS, script, data, content], NODE_ENVIRONMENT);
}

async function coldBuilds(many: Site, folder: string, rounds: number): Promise<Figure[]> {
  const hugo = join(folder, 'hugo');
  const took = await inTurn<'hugo' | 'tidings', Measured>(rounds, {
    hugo: () => {
      rmSync(hugo, { recursive: true, force: true });
      return measured('hugo', hugoSite(hugo, many.content));
    },
    tidings: () => build(many),
  });
  const report = JSON.parse(took.tidings[0]?.output ?? '{}') as Report;
  const { accepted } = report.articles;
  const of = `${accepted} articles to ${report.documents.written} documents`;
  const compared = (what: keyof Omit<Measured, 'output'>, name: string, unit: string, atMost: number) =>
    figure(
      name,
      unit,
      took.tidings.map((one) => one[what]),
      { beside: took.hugo.map((one) => one[what]), target: { atMost } },
    );
  return [compared('ms', `${of}, beside Hugo's RSS`, 'ms', 1), compared('megabytes', 'its peak memory', 'MB', 0.5)];
}

interface Report {
  articles: { accepted: number };
  documents: { written: number };
}

interface Change {
  /** Until all is committed. */
  ms: number;
  /** Until all is compressed too. */
  compressed: number;
  queries: number;
  documents: number;
}

/** The time of a change among all the articles, and its queries beside those among a tenth of them. */
function oneChange(count: number, few: Change[], many: Change[]): Figure[] {
  const ms = many.map((change) => change.ms);
  const documents = many[0]?.documents ?? 0;
  const queries = (list: Change[]) => list.map((change) => change.queries);
  return [
    figure(`one change among ${count}, ${documents} documents`, 'ms', ms, { target: { atMost: 50 } }),
    figure('the slowest of nine in ten such changes', 'ms', [quantile(ms, 0.9)]),
    figure(
      'until they are compressed, too',
      'ms',
      many.map((change) => change.compressed),
    ),
    figure('its queries, beside those among a tenth of the articles', '', queries(many), {
      beside: queries(few),
      target: { atMost: 1 },
    }),
  ];
}

async function changes({ content, data }: Site): Promise<Change[]> {
  const script = join(import.meta.dirname, 'change.ts');
  return JSON.parse(
    await ended(process.execPath, [...NODE_FLAGS, script, data, content], NODE_ENVIRONMENT),
  ) as Change[];
}
