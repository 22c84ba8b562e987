import { assertBlobHash } from '../storage/paths.ts';
import type { Blobs } from '../storage/ports.ts';
import type { Gate } from './gate.ts';

/** Keys that R2 deletes and lists at once. */
const R2_PAGE = 1000;

/** Blobs as objects of an R2 bucket, by their hash. */
export function createBlobs(bucket: R2Bucket, gate: Gate): Blobs {
  return {
    async put(hash, bytes) {
      assertBlobHash(hash);
      await gate(() => bucket.put(hash, bytes));
    },
    get: (hash) =>
      // The body is read inside the gate: an open one is a connection.
      gate(async () => {
        assertBlobHash(hash);
        const object = await bucket.get(hash);
        return object === null ? null : new Uint8Array(await object.arrayBuffer());
      }),
    has: (hash) =>
      gate(async () => {
        assertBlobHash(hash);
        return (await bucket.head(hash)) !== null;
      }),
    async delete(hashes) {
      hashes.forEach(assertBlobHash);
      for (let at = 0; at < hashes.length; at += R2_PAGE)
        await gate(() => bucket.delete(hashes.slice(at, at + R2_PAGE)));
    },
    async list({ cursor, limit = R2_PAGE } = {}) {
      const page = await gate(() =>
        bucket.list({ limit: Math.min(limit, R2_PAGE), ...(cursor === undefined ? {} : { cursor }) }),
      );
      return { hashes: page.objects.map(({ key }) => key), cursor: page.truncated ? page.cursor : null };
    },
  };
}
