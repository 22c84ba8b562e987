import { describe, expect, it } from 'vitest';
import { checkArticles } from '../../src/articles/check.ts';
import type { ArticleSource, SourceFile } from '../../src/storage/ports.ts';
import { NOW, siteConfig } from './reading.ts';

/** Files in memory, listed two at a time. */
function sourceOf(files: Record<string, string>): ArticleSource {
  const entries = Object.keys(files).sort();
  const bytes = (path: string) => new TextEncoder().encode(files[path]);
  const file = (path: string): SourceFile => ({ path, tag: path, size: bytes(path).length });
  return {
    list: async ({ cursor } = {}) => {
      const from = Number(cursor ?? 0);
      return {
        files: entries.slice(from, from + 2).map(file),
        cursor: from + 2 < entries.length ? String(from + 2) : null,
      };
    },
    head: async (path) => (files[path] === undefined ? null : file(path)),
    get: async (path) => (files[path] === undefined ? null : { file: file(path), bytes: bytes(path) }),
    put: async () => {
      throw new Error('a check writes nothing');
    },
    putIf: async () => {
      throw new Error('a check writes nothing');
    },
    delete: async () => {
      throw new Error('a check deletes nothing');
    },
  };
}

const FILES = {
  'authors.yml': 'mara:\n  name: Mara Quill\n  url: https://mara.example/\n',
  'posts/a.md':
    '---\ntitle: Tea: a history\ndate: 2024-03-05\nauthor: mara\nimage: /a.png\ntags: [x]\n---\nFirst words.\n',
  'posts/b.md': '---\ntitle: B\ndate: 2099-01-01\n---\nText\n',
  'posts/c.md': '---\ntitle: "C\n---\nText\n',
  'posts/d.md': '---\ntitle: D\ndate: 2024-03-05\npermalink: /same/\n---\nText\n',
  'posts/d-twin.md': '---\ntitle: D\ndate: 2024-03-05\npermalink: /same/\n---\nText\n',
  'posts/e.md': '---\ntitle: E\ndate: 2024-03-05\n---\n{% lost %}\n',
  'posts/f.md': `---\ntitle: F\ndate: 2024-03-05\n---\n${'x'.repeat(2000)}`,
  'photo.png': 'no article',
};

describe('checking a folder', () => {
  const config = siteConfig({ permalink: '/:year/:title/' }, { content: { maxBytes: 1500 } });

  it('says what would be published, and what is wrong where', async () => {
    const told: [number, number][] = [];
    const report = await checkArticles(sourceOf(FILES), config, NOW, (done, total) => told.push([done, total]));
    expect(report.counts).toEqual({ accepted: 3, repaired: 1, withheld: 1, rejected: 3 });
    expect(
      report.files.map(({ path, state, repaired, problems }) => [
        path,
        state,
        repaired,
        problems.map(({ code }) => code),
      ]),
    ).toEqual([
      ['posts/a.md', 'accepted', true, ['front-matter-repaired']],
      ['posts/b.md', 'withheld', false, ['future']],
      ['posts/c.md', 'rejected', false, ['date-missing', 'front-matter-repaired']],
      ['posts/d-twin.md', 'rejected', false, ['url-duplicate']],
      ['posts/d.md', 'accepted', false, []],
      ['posts/e.md', 'accepted', false, ['template-unknown']],
      ['posts/f.md', 'rejected', false, ['too-large']],
    ]);
    expect(told).toEqual([1, 2, 3, 4, 5, 6, 7].map((done) => [done, 7]));
  });

  it('shows each article that is not rejected as the command line prints it', async () => {
    const { files } = await checkArticles(sourceOf(FILES), config, NOW);
    expect(files[0]).toEqual({
      path: 'posts/a.md',
      state: 'accepted',
      repaired: true,
      problems: [
        {
          code: 'front-matter-repaired',
          line: 2,
          column: 11,
          message: 'The front matter is not valid YAML: a text with a colon needs quotes.',
          mend: "title: 'Tea: a history'",
        },
      ],
      article: {
        id: 'tag:news.example,2024-03-05:/2024/a/',
        url: 'https://news.example/2024/a/',
        title: 'Tea: a history',
        published: '2024-03-04T15:00:00.000Z',
        updated: '2024-03-04T15:00:00.000Z',
        summary: 'First words.',
        authors: [{ name: 'Mara Quill', url: 'https://mara.example/' }],
        categories: [],
        tags: ['x'],
        image: 'https://news.example/a.png',
        lang: null,
      },
    });
    expect(files.find(({ path }) => path === 'posts/b.md')?.article?.title).toBe('B');
    expect(files.filter(({ state }) => state === 'rejected').every((file) => !('article' in file))).toBe(true);
  });

  it('an unknown template is told with its line', async () => {
    const { files } = await checkArticles(sourceOf(FILES), config, NOW);
    expect(files.find(({ path }) => path === 'posts/e.md')?.problems).toMatchObject([
      { code: 'template-unknown', line: 5 },
    ]);
  });
});
