import { beforeEach, describe, expect, test } from 'vitest';
import type { Blobs } from '../../src/storage/ports.ts';

/** What every home's blobs do. `make` gives an empty store. */
export function blobsContract(make: () => Blobs | Promise<Blobs>): void {
  describe('blobs', () => {
    let blobs: Blobs;
    beforeEach(async () => {
      blobs = await make();
    });

    const hash = (n: number) => (n * 0x9e37_79b1).toString(16).padStart(64, '0').split('').reverse().join('');

    test('give back what was put, and null for what was not', async () => {
      const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      await blobs.put(hash(1), bytes);
      expect(await blobs.get(hash(1))).toStrictEqual(bytes);
      expect(await blobs.has(hash(1))).toBe(true);
      expect(await blobs.get(hash(2))).toBeNull();
      expect(await blobs.has(hash(2))).toBe(false);
    });

    test('take an empty body, a part of a buffer, and a large one', async () => {
      await blobs.put(hash(1), new Uint8Array());
      await blobs.put(hash(2), new Uint8Array([1, 2, 3, 4]).subarray(1, 3));
      await blobs.put(hash(3), new Uint8Array(3_000_000).fill(9));
      expect(await blobs.get(hash(1))).toStrictEqual(new Uint8Array());
      expect(await blobs.get(hash(2))).toStrictEqual(new Uint8Array([2, 3]));
      expect((await blobs.get(hash(3)))?.byteLength).toBe(3_000_000);
    });

    test('take the same one twice, also at once', async () => {
      const bytes = new Uint8Array([1, 2, 3]);
      await Promise.all([blobs.put(hash(1), bytes), blobs.put(hash(1), bytes), blobs.put(hash(1), bytes)]);
      await blobs.put(hash(1), bytes);
      expect(await blobs.get(hash(1))).toStrictEqual(bytes);
      expect((await blobs.list()).hashes).toEqual([hash(1)]);
    });

    test('are gone once deleted, whether they were there or not', async () => {
      await blobs.put(hash(1), new Uint8Array([1]));
      await blobs.put(hash(2), new Uint8Array([2]));
      await blobs.delete([hash(1), hash(3)]);
      await blobs.delete([]);
      expect(await blobs.has(hash(1))).toBe(false);
      expect(await blobs.has(hash(2))).toBe(true);
    });

    test('are listed in order, a page at a time', async () => {
      expect(await blobs.list()).toEqual({ hashes: [], cursor: null });
      const all = Array.from({ length: 25 }, (_, n) => hash(n + 1)).sort();
      await Promise.all(all.map((name) => blobs.put(name, new Uint8Array([1]))));
      const seen: string[] = [];
      let cursor: string | null = null;
      let pages = 0;
      do {
        const page: Awaited<ReturnType<Blobs['list']>> = await blobs.list({ limit: 10, ...(cursor && { cursor }) });
        expect(page.hashes.length).toBeLessThanOrEqual(10);
        seen.push(...page.hashes);
        cursor = page.cursor;
        pages++;
      } while (cursor !== null);
      expect(seen).toEqual(all);
      expect(pages).toBe(3);
    });

    test.each(['', 'abc', '../../etc/passwd', hash(1).toUpperCase().replace('0', 'A'), `${hash(1)}0`])(
      'refuse %j, which is no hash',
      async (name) => {
        await expect(blobs.put(name, new Uint8Array([1]))).rejects.toThrow(/SHA-256/);
        await expect(blobs.get(name)).rejects.toThrow(/SHA-256/);
      },
    );
  });
}
