import type { Config } from '../config/schema.ts';
import type { ArticleSource, SourceFile } from '../storage/ports.ts';
import type { Article, Author, Problem, Reading } from './article.ts';
import { type AuthorDirectory, isAuthorsFile, parseAuthors } from './authors.ts';
import { makeId } from './ids.ts';
import { comparePaths } from './precedence.ts';
import { readArticle, tooLarge } from './read.ts';
import { renderArticle } from './render.ts';
import { articleFiles } from './selection.ts';

/** An article as `tidings articles check` shows it. */
export interface CheckedArticle {
  id: string;
  url: string;
  title: string;
  published: string;
  updated: string;
  summary: string;
  authors: Author[];
  categories: string[];
  tags: string[];
  image: string | null;
  lang: string | null;
}

export interface CheckedFile {
  path: string;
  state: Reading['state'];
  repaired: boolean;
  problems: Problem[];
  article?: CheckedArticle;
}

/** What `tidings articles check --json` prints. */
export interface CheckReport {
  files: CheckedFile[];
  counts: { accepted: number; repaired: number; withheld: number; rejected: number };
}

/**
 * Reads every article file of a source and says what would be published and what is wrong where, without publishing
 * anything. Files come in the order of their paths.
 *
 * @param now epoch milliseconds
 * @param onProgress told after each file: how many are done, of how many
 * @throws {SourceUnavailable} when there is no such folder
 */
export async function checkArticles(
  source: ArticleSource,
  config: Config,
  now: number,
  onProgress?: (done: number, total: number) => void,
): Promise<CheckReport> {
  const listed = await listAll(source);
  const authors: AuthorDirectory = Object.create(null);
  for (const { path } of listed.filter((file) => isAuthorsFile(file.path))) {
    const got = await source.get(path);
    if (got) Object.assign(authors, parseAuthors(path, got.bytes));
  }
  const selected = articleFiles(config);
  const wanted = listed.filter(({ path }) => selected(path));
  const files: CheckedFile[] = [];
  for (const [done, { path, size }] of wanted.entries()) {
    files.push(await checkFile(source, path, size, { config, now, authors }));
    onProgress?.(done + 1, wanted.length);
  }
  rejectTwins(files);
  return { files, counts: countsOf(files) };
}

async function listAll(source: ArticleSource): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  let cursor: string | undefined;
  do {
    const page = await source.list({ cursor });
    files.push(...page.files);
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined);
  return files;
}

async function checkFile(
  source: ArticleSource,
  path: string,
  size: number,
  context: { config: Config; now: number; authors: AuthorDirectory },
): Promise<CheckedFile> {
  const rejected = (problem: Problem): CheckedFile => ({
    path,
    state: 'rejected',
    repaired: false,
    problems: [problem],
  });
  if (size > context.config.content.maxBytes) return rejected(tooLarge(size, context.config));
  const fetched = await source.get(path);
  if (!fetched)
    return rejected({ code: 'unreadable', message: 'The file was listed and is gone, or cannot be opened.' });
  const reading = readArticle({ path, bytes: fetched.bytes }, context);
  if (reading.state === 'rejected') return { path, state: 'rejected', repaired: false, problems: reading.problems };
  const { article, repaired, state } = reading;
  const { summary, problems } = renderArticle(article, context.config);
  return {
    path,
    state,
    repaired,
    problems: [...reading.problems, ...problems],
    article: shown(article, summary, context.config),
  };
}

function shown(article: Article, summary: string, config: Config): CheckedArticle {
  const { url, title, published, authors, categories, tags, lang } = article;
  const updated = article.updated ?? published;
  const image = article.image?.url ?? null;
  return {
    id: makeId(article, config),
    url,
    title,
    published,
    updated,
    summary,
    authors,
    categories,
    tags,
    image,
    lang,
  };
}

/** Two files with one address: one keeps it, the other is rejected. */
function rejectTwins(files: CheckedFile[]): void {
  const owners = new Map<string, CheckedFile>();
  const published = files.filter(({ state }) => state === 'accepted');
  for (const file of published.sort((a, b) => comparePaths(a.path, b.path))) {
    const url = file.article?.url ?? '';
    const owner = owners.get(url);
    if (!owner) {
      owners.set(url, file);
      continue;
    }
    file.state = 'rejected';
    file.repaired = false;
    delete file.article;
    file.problems.unshift({
      code: 'url-duplicate',
      message: `The address ${url} is already that of ${owner.path}. Give one of them another permalink or slug.`,
    });
  }
}

function countsOf(files: CheckedFile[]): CheckReport['counts'] {
  const count = (state: Reading['state']) => files.filter((file) => file.state === state).length;
  return {
    accepted: count('accepted'),
    repaired: files.filter(({ repaired }) => repaired).length,
    withheld: count('withheld'),
    rejected: count('rejected'),
  };
}
