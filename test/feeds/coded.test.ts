import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Home } from '../../src/home.ts';
import { republish } from '../../src/republish.ts';
import { type DocumentHead, documentHead } from '../../src/storage/documents.ts';
import { requestRun } from '../../src/storage/runs.ts';
import { versionsOf } from '../../src/storage/versions.ts';
import { makeHome, type TestHome } from '../home.ts';
import { article } from '../http/publishing.ts';

let home: TestHome;
afterEach(() => home.close());

async function publish(title: string, compress: Home['compress']): Promise<DocumentHead | null> {
  writeFileSync(join(home.folder, 'content/a.md'), article(title));
  await requestRun(home, { trigger: 'api' });
  await republish({ ...home, compress });
  return documentHead(home, '/rss.xml');
}

test('a document is committed plain, and its codings are made by the same run', async () => {
  home = makeHome();
  const seen: (DocumentHead | null)[] = [];
  const watched: Home['compress'] = async (coding, body) => {
    seen.push(await documentHead(home, '/rss.xml'));
    return home.compress(coding, body);
  };
  await publish('A', watched);
  seen.length = 0;
  const head = await publish('A, corrected', watched);
  // Whoever was told by then and fetches gets the new version, as it is.
  expect(seen[0]).toEqual({ ...head, codings: {}, coded: false });
  expect(Object.keys(head?.codings ?? {}).sort()).toEqual(['br', 'gzip', 'zstd']);
  expect(head?.coded).toBe(true);
  // The tag of each form is known, so that whoever has it can be sent what is new since.
  const [newest] = await versionsOf(home, '/rss.xml');
  expect(newest?.tags.toSorted()).toEqual(
    [head?.blob, ...Object.values(head?.codings ?? {}).map(({ blob }) => blob)].toSorted(),
  );
});

test('codings that could not be made are made by the next run', async () => {
  home = makeHome();
  const failed = await publish('A', async () => {
    throw new Error('no memory');
  });
  expect(failed).toMatchObject({ coded: false, codings: {}, version: 1 });
  const mended = await publish('A', home.compress);
  expect(mended).toMatchObject({ coded: true, version: 1, blob: failed?.blob });
  expect(Object.keys(mended?.codings ?? {})).toHaveLength(3);
});
