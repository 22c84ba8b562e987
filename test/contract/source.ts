import { beforeEach, describe, expect, test } from 'vitest';
import type { ArticleSource, SourceFile } from '../../src/storage/ports.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** What every home's article source does. `make` gives an empty one. */
export function sourceContract(make: () => ArticleSource | Promise<ArticleSource>): void {
  describe('article source', () => {
    let source: ArticleSource;
    beforeEach(async () => {
      source = await make();
    });

    async function listAll(limit?: number): Promise<SourceFile[]> {
      const files: SourceFile[] = [];
      let cursor: string | undefined;
      do {
        const page = await source.list({ cursor, ...(limit && { limit }) });
        files.push(...page.files);
        cursor = page.cursor ?? undefined;
      } while (cursor !== undefined);
      return files;
    }

    test('gives back what was put', async () => {
      const file = await source.put('posts/2024/a.md', bytes('속보'));
      expect(file).toMatchObject({ path: 'posts/2024/a.md', size: 6 });
      expect(await source.head('posts/2024/a.md')).toEqual(file);
      expect(await source.get('posts/2024/a.md')).toStrictEqual({ file, bytes: bytes('속보') });
      expect(await listAll()).toEqual([file]);
    });

    test('has nothing under a name that is not there, nor under a folder', async () => {
      await source.put('posts/a.md', bytes('a'));
      for (const path of ['posts/b.md', 'posts', 'posts/a.md/b', 'none/at/all.md']) {
        expect(await source.head(path)).toBeNull();
        expect(await source.get(path)).toBeNull();
        expect(await source.delete(path)).toBe(false);
      }
    });

    test('marks other bytes with another tag, and the same file with the same', async () => {
      const first = await source.put('a.md', bytes('one'));
      expect((await source.head('a.md'))?.tag).toBe(first.tag);
      const second = await source.put('a.md', bytes('two'));
      expect(second.tag).not.toBe(first.tag);
      expect((await source.get('a.md'))?.file.tag).toBe(second.tag);
      expect((await listAll())[0]?.tag).toBe(second.tag);
    });

    test('puts on condition that nobody else did', async () => {
      const first = await source.putIf('a.md', bytes('one'), null);
      expect(first).toMatchObject({ path: 'a.md', size: 3 });
      expect(await source.putIf('a.md', bytes('two'), null)).toBeNull();
      const second = await source.putIf('a.md', bytes('two'), first?.tag ?? '');
      expect(await source.putIf('a.md', bytes('three'), first?.tag ?? '')).toBeNull();
      expect(await source.get('a.md')).toStrictEqual({ file: second, bytes: bytes('two') });
      expect(await source.putIf('none.md', bytes('x'), second?.tag ?? '')).toBeNull();
      expect((await listAll()).map(({ path }) => path)).toEqual(['a.md']);
    });

    test('of many that put at once on the same condition one has its way', async () => {
      const { tag } = await source.put('a.md', bytes('0'));
      const all = await Promise.all(['1', '2', '3', '4', '5'].map((text) => source.putIf('a.md', bytes(text), tag)));
      expect(all.filter((file) => file !== null)).toHaveLength(1);
    });

    test('takes an empty file', async () => {
      await source.put('a.md', new Uint8Array());
      expect((await source.get('a.md'))?.bytes).toStrictEqual(new Uint8Array());
    });

    test('deletes once', async () => {
      await source.put('posts/a.md', bytes('a'));
      expect(await source.delete('posts/a.md')).toBe(true);
      expect(await source.delete('posts/a.md')).toBe(false);
      expect(await listAll()).toEqual([]);
    });

    // Byte order of UTF-8: '-' < '.' < '/' < letters, and astral characters after U+FF5E.
    const ordered = [
      'B.md',
      'a-b/x.md',
      'a.md',
      'a/b/c.md',
      'a/x.md',
      'ab.md',
      'cafe\u0301.md',
      'caf\u00e9.md',
      '\u65b0\u805e.md',
      '\uff5e.md',
      '\u{1f600}.md',
    ];

    test.each([1, 3, 100])('lists in the order of code points, %i at a time, names untouched', async (limit) => {
      for (const path of ordered.toReversed()) await source.put(path, bytes(path));
      expect((await listAll(limit)).map(({ path }) => path)).toEqual(ordered);
      for (const path of ordered) expect((await source.get(path))?.bytes).toStrictEqual(bytes(path));
    });

    test('lists what is there when files come and go between the pages', async () => {
      for (const path of ['a.md', 'b.md', 'c.md', 'd.md']) await source.put(path, bytes(path));
      const first = await source.list({ limit: 2 });
      await source.delete('a.md');
      await source.put('e.md', bytes('e'));
      const second = await source.list({ limit: 2, cursor: first.cursor ?? '' });
      expect([...first.files, ...second.files].map(({ path }) => path)).toEqual(['a.md', 'b.md', 'c.md', 'd.md']);
      expect((await listAll()).map(({ path }) => path)).toEqual(['b.md', 'c.md', 'd.md', 'e.md']);
    });

    test('lists twice at once', async () => {
      for (let n = 10; n < 40; n++) await source.put(`${n}.md`, bytes('a'));
      const [one, two] = await Promise.all([listAll(7), listAll(7)]);
      expect(one).toHaveLength(30);
      expect(two).toEqual(one);
    });

    test.each([
      '',
      '/etc/passwd',
      '../a.md',
      'posts/../../a.md',
      'posts/./a.md',
      'posts//a.md',
      'posts/',
      'a\0.md',
      'posts\\a.md',
      '..\\a.md',
      '.git/config',
      '.hidden.md',
      'posts/.draft.md',
      'node_modules/a/README.md',
      `${'a'.repeat(256)}.md`,
      `${'가'.repeat(86)}.md`,
      `${'folder/'.repeat(150)}a.md`,
      '\ud800.md',
    ])('takes nothing under %j', async (path) => {
      await expect(source.put(path, bytes('a'))).rejects.toThrow(/^The path /);
      expect(await source.head(path)).toBeNull();
      expect(await source.get(path)).toBeNull();
      expect(await source.delete(path)).toBe(false);
      expect(await listAll()).toEqual([]);
    });
  });
}
