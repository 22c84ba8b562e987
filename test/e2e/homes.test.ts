import { expect, test } from 'vitest';
import { article, isEdge, start } from './process.ts';

// Needs both homes at once, so it runs with one of the two suites only.
test.runIf(isEdge)(
  'the same articles at the same address are the same bytes in either home',
  { timeout: 240_000 },
  async () => {
    const options = {
      files: {
        '_posts/2026-03-01-1.md': article('첫 소식', { date: '', categories: '[경제]', tags: '[a, "b c"]' }).replace(
          'date: \n',
          '',
        ),
        'html.html': article(
          'Editor HTML',
          {},
          '<p data-ke-size="size16">A&nbsp;b <img src="x.png"></p><table><tr><td>1</td></tr></table>',
        ),
        'toml.md': '+++\ntitle = "TOML"\ndate = 2026-02-03T04:05:06Z\n+++\n\n* a\n* b\n',
        'broken.md': '---\ntitle: [속보] 깨진 제목\ndate: 2026-01-02\n---\n\n본문\n',
        'emoji.md': article(
          '👨‍👩‍👧 & <b>',
          { authors: '[Ines Vidal, 김하늘]', lang: 'fr' },
          '# H\n\n:smile: `code` | a |\n\n```js\nx < 1\n```',
        ),
      },
      config: `{ site: { title: 'Same', timezone: 'Asia/Seoul', language: 'ko' } }`,
      env: { TIDINGS_URL: 'http://same.example' },
    };
    const homes = [await start({ ...options, home: 'node' }), await start({ ...options, home: 'edge' })] as const;
    try {
      const [opml] = await Promise.all(homes.map(async (home) => (await home.get('/feeds.opml')).text()));
      const feeds = [...(opml ?? '').matchAll(/xmlUrl="http:\/\/same\.example([^"]+)"/g)].map(
        (match) => match[1] ?? '',
      );
      expect(feeds.length).toBeGreaterThan(5);
      for (const rss of feeds) {
        for (const path of [rss, rss.replace('rss.xml', 'atom.xml'), rss.replace('rss.xml', 'feed.json')]) {
          // workerd here recodes what a client would get as br or gzip; a real account does not.
          const plain = { headers: { 'Accept-Encoding': 'identity' } };
          const [node, edge] = await Promise.all(homes.map((home) => home.get(path, plain)));
          expect(edge?.status, path).toBe(200);
          expect(await edge?.text(), path).toBe(await node?.text());
          for (const name of ['etag', 'content-type', 'cache-control', 'link'])
            expect(edge?.headers.get(name), `${name} of ${path}`).toBe(node?.headers.get(name));
        }
      }
    } finally {
      for (const home of homes) await home.end();
    }
  },
);
