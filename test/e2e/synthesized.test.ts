import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { differences, type Manifest, type Outcome, SYNTHESIZE, synthesize } from '../articles/manifest.ts';
import { isEdge, start, until } from './process.ts';

/** At the edge ten thousand take minutes: they are asked for by name. */
const COUNT = Number(process.env.TIDINGS_TEST_FILES) || (isEdge ? 2_000 : 10_000);

test.skipIf(!existsSync(SYNTHESIZE)).each([COUNT])(
  '%i made-up files come out as their manifest says',
  { timeout: 1_200_000 },
  async (count) => {
    let manifest: Manifest | undefined;
    const tidings = await start({
      files: {},
      fill: (folder) => {
        manifest = synthesize(folder, count);
      },
      config: `{ site: { timezone: 'Asia/Seoul' }, content: { exclude: ['manifest.json'] } }`,
      startMs: 900_000,
    });
    try {
      if (!manifest) throw new Error('no manifest was made');
      const all = manifest.files;
      const found = await until(
        async () => {
          const files = new Map<string, Outcome>();
          for (let after: string | null = ''; after !== null; ) {
            const page: { files: (Outcome & { path: string })[]; next: string | null } = await tidings.api(
              'GET',
              `/api/articles?after=${encodeURIComponent(after)}`,
            );
            for (const file of page.files) files.set(file.path, file);
            after = page.next;
          }
          return files.size >= all ? files : null;
        },
        900_000,
        'every file to be taken in',
      );
      expect(found.size).toBe(all);
      expect(differences(manifest, found)).toEqual({});
    } finally {
      await tidings.end();
    }
  },
);
