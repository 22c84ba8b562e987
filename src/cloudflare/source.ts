import { assertPath, pathProblem } from '../storage/paths.ts';
import { type ArticleSource, type SourceFile, SourceUnavailable } from '../storage/ports.ts';
import type { Gate } from './gate.ts';

/** Objects that R2 lists at once. */
const R2_PAGE = 1000;

/** The article source over an R2 bucket. Keys that a content folder would pass over are passed over here too. */
export function createBucketSource(bucket: R2Bucket, gate: Gate): ArticleSource {
  return {
    async list({ cursor, limit = R2_PAGE } = {}) {
      const page = await gate(() =>
        bucket.list({ limit: Math.min(limit, R2_PAGE), ...(cursor === undefined ? {} : { cursor }) }),
      ).catch((error: unknown) => {
        throw new SourceUnavailable('The content bucket cannot be listed: look at the R2 binding CONTENT.', {
          cause: error,
        });
      });
      return {
        files: page.objects.filter(({ key }) => pathProblem(key) === null).map(describe),
        cursor: page.truncated ? page.cursor : null,
      };
    },
    async head(path) {
      if (pathProblem(path)) return null;
      const object = await gate(() => bucket.head(path));
      return object === null ? null : describe(object);
    },
    async get(path) {
      if (pathProblem(path)) return null;
      return gate(async () => {
        const object = await bucket.get(path);
        return object === null ? null : { file: describe(object), bytes: new Uint8Array(await object.arrayBuffer()) };
      });
    },
    async put(path, bytes) {
      assertPath(path);
      return describe(await gate(() => bucket.put(path, bytes, {})));
    },
    async putIf(path, bytes, tag) {
      assertPath(path);
      const onlyIf = tag === null ? { etagDoesNotMatch: '*' } : { etagMatches: tag };
      const object = await gate(() => bucket.put(path, bytes, { onlyIf }));
      return object === null ? null : describe(object);
    },
    async delete(path) {
      if (pathProblem(path)) return false;
      // R2 does not tell whether there was one.
      const known = await gate(() => bucket.head(path));
      if (known === null) return false;
      await gate(() => bucket.delete(path));
      return true;
    },
  };
}

/** The tag is the hash of the content, so that the same file uploaded again is no change. */
function describe({ key, etag, size }: R2Object): SourceFile {
  return { path: key, tag: etag, size };
}
