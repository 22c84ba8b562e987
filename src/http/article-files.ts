import { type Context, Hono } from 'hono';
import type { Home } from '../home.ts';
import { republish } from '../republish.ts';
import { PathRefused, pathProblem } from '../storage/paths.ts';
import { requestRun } from '../storage/runs.ts';
import { evaluateConditions, refusedChange } from './conditional.ts';
import { problem } from './problem.ts';

/**
 * Article files as an HTTP store has them, below /api/articles/: what is there has its SHA-256 as ETag, and a change may
 * be made to depend on it (RFC 9110 section 13). A change starts a regeneration; with `?run=later` the caller asks for one
 * after many.
 */
export function articleFileRoutes(home: Home): Hono {
  const app = new Hono();

  app.on(['GET', 'HEAD'], '/:path{.+}', async (c) => {
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
  });

  app.put('/:path{.+}', async (c) => {
    const path = pathOf(c.req.url);
    if (path === null) return problem(c, 400, 'Bad Request', 'The path must lie below the content folder.');
    const { maxBytes } = home.config.content;
    const bytes = Number(c.req.header('content-length')) > maxBytes ? null : new Uint8Array(await c.req.arrayBuffer());
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
    await told(c, path);
    return c.body(null, before ? 204 : 201, { ETag: tagOf(bytes) });
  });

  app.delete('/:path{.+}', async (c) => {
    const path = pathOf(c.req.url);
    const before = path === null ? null : await home.source.get(path);
    if (path === null || !before) return problem(c, 404, 'Not Found', 'There is no such file.');
    const refused = refusedChange((name) => c.req.header(name), tagOf(before.bytes));
    if (refused) return problem(c, 412, 'Precondition Failed', refused);
    await home.source.delete(path);
    await told(c, path);
    return c.body(null, 204);
  });

  const tagOf = (bytes: Uint8Array) => `"${home.sha256(bytes)}"`;

  /** A change that was told is taken in without a listing. */
  async function told(c: Context, path: string): Promise<void> {
    if (c.req.query('run') === 'later') return;
    await requestRun(home, { trigger: 'upload', paths: [path] });
    home.waitUntil(republish(home));
  }
  return app;
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
