import * as v from 'valibot';
import type { ArticleData } from '../articles/article.ts';
import type { Home } from '../home.ts';
import { republish } from '../republish.ts';
import { PathRefused, pathProblem } from '../storage/paths.ts';
import { requestRun } from '../storage/runs.ts';
import { evaluateConditions, refusedChange } from './conditional.ts';
import { type Answer, type Operations, operations } from './operations.ts';
import { problem } from './problem.ts';

const PAGE = 1000;

const author = v.object({
  name: v.string(),
  url: v.optional(v.string()),
  email: v.optional(v.string()),
  avatar: v.optional(v.string()),
});

/** What is wrong with a file, or was repaired, where, and what to write instead. */
export const problemSchema = v.object({
  code: v.string(),
  line: v.optional(v.nullable(v.number())),
  column: v.optional(v.nullable(v.number())),
  message: v.string(),
  mend: v.optional(v.nullable(v.string())),
});

/** An article file, with what is published of it. */
const file = v.object({
  path: v.string(),
  /** SHA-256 of its bytes in hex, its ETag; null when they could not be read, or have not come after an import. */
  hash: v.nullable(v.string()),
  state: v.picklist(['accepted', 'withheld', 'rejected']),
  repaired: v.boolean(),
  problems: v.array(problemSchema),
  article: v.nullable(
    v.object({
      id: v.string(),
      url: v.string(),
      title: v.string(),
      published: v.pipe(v.string(), v.isoTimestamp()),
      updated: v.pipe(v.string(), v.isoTimestamp()),
      summary: v.nullable(v.string()),
      authors: v.array(author),
      categories: v.array(v.string()),
      tags: v.array(v.string()),
      image: v.nullable(v.string()),
      lang: v.nullable(v.string()),
    }),
  ),
});

const bytes: Answer = { says: 'The file as it is stored', type: 'application/octet-stream' };
const noFile: Answer = { says: 'There is no such file' };
const changed: Answer = { says: 'The file is another one by now' };
const noPath: Answer = { says: 'No path of a file' };
const IF_MATCH = { 'If-Match': 'The ETag of the file that is meant' };
const later = v.strictObject({ run: v.optional(v.picklist(['later'])) });

/**
 * `/api/articles`: article files as an HTTP store has them, and what is published of them. What is there has its SHA-256 as
 * ETag, and a change may be made to depend on it (RFC 9110 section 13).
 */
export function articleFileOperations(home: Home): Operations {
  const api = operations();

  api.on(
    {
      method: 'get',
      path: '/',
      summary: 'Article files with their hashes, in the order of their paths',
      query: v.strictObject({ after: v.optional(v.string()) }),
      answers: {
        200: {
          says: `Up to ${PAGE} files; \`next\` is the \`after\` of the next page, or null`,
          schema: v.object({ files: v.array(file), next: v.nullable(v.string()) }),
        },
      },
    },
    async (c, { query: { after = '' } }) => {
      const rows = await home.db
        .prepare(
          `SELECT f.path, IIF(f.tag = '', NULL, f.hash) AS hash, f.state, f.repaired, f.problems, a.id, a.updated, a.data
           FROM files AS f LEFT JOIN articles AS a ON a.id = f.article AND a.path = f.path
           WHERE f.path > ? AND f.missing_since IS NULL ORDER BY f.path LIMIT ?`,
        )
        .bind(after, PAGE)
        .all<FileRow & { [column: string]: string | number | null }>();
      const files = rows.map(({ path, hash, state, repaired, problems, ...article }) => ({
        path,
        hash,
        state,
        repaired: repaired === 1,
        problems: JSON.parse(problems) as unknown,
        article: published(article),
      }));
      return c.json({ files, next: rows.length === PAGE ? (rows.at(-1)?.path ?? null) : null });
    },
  );

  api.on(
    {
      method: 'get',
      path: '/:path{.+}',
      summary: 'An article file',
      details: 'HEAD answers the same without the bytes.',
      headers: { ...IF_MATCH, 'If-None-Match': 'ETags that the caller has' },
      answers: { 200: bytes, 304: { says: 'The caller has it' }, 404: noFile, 412: changed },
    },
    async (c) => {
      const path = pathOf(c.req.url);
      const got = path === null ? null : await home.source.get(path);
      if (!got) return problem(c, 404, 'Not Found', 'There is no such file; GET /api/articles lists them.');
      const ETag = tagOf(got.bytes);
      // Of files it is not kept when they changed, so dates are no condition.
      const tags = (name: string) => (name.endsWith('-match') ? c.req.header(name) : null);
      const status = evaluateConditions(tags, ETag, '');
      if (status === 304) return c.body(null, 304, { ETag });
      if (status === 412) return problem(c, 412, 'Precondition Failed', 'The file is not the one that If-Match names.');
      return c.body(got.bytes as Uint8Array<ArrayBuffer>, 200, {
        'Content-Type': 'application/octet-stream',
        'Content-Length': String(got.bytes.byteLength),
        ETag,
      });
    },
  );

  api.on(
    {
      method: 'put',
      path: '/:path{.+}',
      summary: 'Stores an article file and takes it in',
      details: 'With `?run=later` nothing is taken in: the caller asks for one run after many files.',
      query: later,
      takes: 'application/octet-stream',
      headers: { ...IF_MATCH, 'If-None-Match': '`*`: only where there is no such file yet' },
      answers: {
        201: { says: 'It is new' },
        204: { says: 'It took the place of another' },
        400: noPath,
        412: changed,
        413: { says: 'It is larger than `content.maxBytes`' },
      },
    },
    async (c, { query: { run } }) => {
      const path = pathOf(c.req.url);
      if (path === null) return problem(c, 400, 'Bad Request', 'The path must lie below the content folder.');
      const { maxBytes } = home.config.content;
      const bytes =
        Number(c.req.header('content-length')) > maxBytes ? null : new Uint8Array(await c.req.arrayBuffer());
      if (bytes === null || bytes.byteLength > maxBytes)
        return problem(c, 413, 'Content Too Large', `An article may have ${maxBytes} bytes.`);
      const before = await home.source.get(path);
      const refused = refusedChange((name) => c.req.header(name), before && tagOf(before.bytes));
      if (refused) return problem(c, 412, 'Precondition Failed', refused);
      try {
        const isConditional = c.req.header('if-match') !== undefined || c.req.header('if-none-match') !== undefined;
        if (!isConditional) await home.source.put(path, bytes);
        else if ((await home.source.putIf(path, bytes, before?.file.tag ?? null)) === null)
          return problem(c, 412, 'Precondition Failed', 'The file was changed meanwhile; get it again.');
      } catch (error) {
        if (error instanceof PathRefused) return problem(c, 400, 'Bad Request', error.message);
        throw error;
      }
      if (run !== 'later') await told(path);
      return c.body(null, before ? 204 : 201, { ETag: tagOf(bytes) });
    },
  );

  api.on(
    {
      method: 'delete',
      path: '/:path{.+}',
      summary: 'Deletes an article file, which withdraws its article',
      query: later,
      headers: IF_MATCH,
      answers: { 204: { says: 'It is gone' }, 404: noFile, 412: changed },
    },
    async (c, { query: { run } }) => {
      const path = pathOf(c.req.url);
      const before = path === null ? null : await home.source.get(path);
      if (path === null || !before) return problem(c, 404, 'Not Found', 'There is no such file.');
      const refused = refusedChange((name) => c.req.header(name), tagOf(before.bytes));
      if (refused) return problem(c, 412, 'Precondition Failed', refused);
      await home.source.delete(path);
      if (run !== 'later') await told(path);
      return c.body(null, 204);
    },
  );

  const tagOf = (bytes: Uint8Array) => `"${home.sha256(bytes)}"`;

  /** A change that was told is taken in without a listing. */
  async function told(path: string): Promise<void> {
    await requestRun(home, { trigger: 'upload', paths: [path] });
    home.waitUntil(republish(home));
  }

  return api;
}

interface FileRow {
  path: string;
  hash: string | null;
  state: string;
  repaired: number;
  problems: string;
  /** Null where no article of the file is published. */
  id: string | null;
  updated: string | null;
  data: string | null;
}

/** The article that is published of a file, in the shape of `tidings articles check`. */
function published({ id, updated, data }: Pick<FileRow, 'id' | 'updated' | 'data'>) {
  if (id === null || data === null) return null;
  const article = JSON.parse(data) as ArticleData;
  const { url, title, published: at, summary, authors, categories, tags, lang } = article;
  const image = article.image?.url ?? null;
  return { id, url, title, published: at, updated, summary, authors, categories, tags, image, lang };
}

/** The file's path in an address, decoded; null when it cannot be one. */
function pathOf(url: string): string | null {
  try {
    const path = decodeURIComponent(new URL(url).pathname.slice('/api/articles/'.length));
    return pathProblem(path) ? null : path;
  } catch {
    return null;
  }
}
