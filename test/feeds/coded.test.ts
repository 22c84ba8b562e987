import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Home } from '../../src/home.ts';
import { republish } from '../../src/republish.ts';
import { type DocumentHead, documentHead } from '../../src/storage/documents.ts';
import { requestRun } from '../../src/storage/runs.ts';
import { versionsOf } from '../../src/storage/versions.ts';
import { makeHome, type TestHome } from '../home.ts';
import { article, publishing } from '../http/publishing.ts';

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

test('who asks before the codings are made gets the one that is wished for all the same', async () => {
  const site = publishing({ config: { site: { title: 'News' } } });
  home = { ...site.home };
  await site.publish(Object.fromEntries(Array.from({ length: 5 }, (_, at) => [`${at}.md`, article(`No. ${at}`)])));
  await site.home.db.prepare("UPDATE documents SET coded = 0, codings = '{}'").run();
  site.home.documentCache?.replaced(['/rss.xml']);
  const plain = await site.get('/rss.xml');
  expect(plain.headers.get('Content-Encoding')).toBeNull();
  const wish = { 'Accept-Encoding': 'gzip, identity;q=0' };
  const answers = await Promise.all(Array.from({ length: 5 }, () => site.get('/rss.xml', wish)));
  expect(answers.map((answer) => [answer.status, answer.headers.get('Content-Encoding')])).toEqual(
    answers.map(() => [200, 'gzip']),
  );
  expect(new Set(answers.map((answer) => answer.headers.get('ETag'))).size).toBe(1);
});
