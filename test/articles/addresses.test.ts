import { describe, expect, it } from 'vitest';
import { makeId } from '../../src/articles/ids.ts';
import { comparePaths } from '../../src/articles/precedence.ts';
import { articleFiles } from '../../src/articles/selection.ts';
import { articleOf, read, siteConfig } from './reading.ts';

const urlOf = (path: string, permalink: string | undefined, extra = '') =>
  articleOf(`---\ntitle: A Title\ndate: 2024-03-05 07:08:09\n${extra}---\n`, {
    path,
    config: siteConfig(permalink === undefined ? {} : { permalink }),
  }).url;

describe('addresses at which Tidings itself answers', () => {
  const at = (permalink: string, url: string) =>
    read(`---\ntitle: x\ndate: 2024-03-05\npermalink: ${permalink}\n---\n`, { config: siteConfig({ url }) });
  it.each(['/docs/intro/', '/api/x.html', '/admin/', '/feed', '/'])('%s is told', (permalink) => {
    expect(at(permalink, 'http://localhost:8787')).toMatchObject({
      state: 'accepted',
      problems: [{ code: 'url-taken', line: 4 }],
    });
    expect(at(permalink, 'https://news.example').problems).toEqual([]);
  });
  it.each(['/apiary/', '/category/x/', '/feed/x/', '/news/docs/'])('%s is free', (permalink) => {
    expect(at(permalink, 'http://localhost:8787').problems).toEqual([]);
  });
});

describe('addresses', () => {
  it.each([
    ['date', '/city/tea/2024/03/05/my-Tea.html'],
    ['pretty', '/city/tea/2024/03/05/my-Tea/'],
    ['ordinal', '/city/tea/2024/065/my-Tea.html'],
    ['weekdate', '/city/tea/2024/W10/Tue/my-Tea.html'],
    ['none', '/city/tea/my-Tea.html'],
    ['/:year/:i_month/:i_day/:title', '/2024/3/5/my-Tea'],
    ['/:short_year:month:day/:hour-:minute-:second/:slug:output_ext', '/240305/07-08-09/my-tea.html'],
    ['/:long_month/:short_month/:long_day/:w_year/:w_day/:title/', '/March/Mar/Tuesday/2024/2/my-Tea/'],
    ['/:slugified_categories/:title/', '/city/tea/my-Tea/'],
    ['/:section/:contentbasename/', '/news/2024-03-05-my-tea/'],
    ['/:sections/:slugorfilename/', '/news/deep/2024-03-05-my-tea/'],
    ['/:sections[1:]/:sections[last]/:filename/', '/deep/deep/2024-03-05-my-tea/'],
    ['/:year/:monthname/:weekdayname/:yearday/:name/', '/2024/march/tuesday/65/my-Tea/'],
    ['/:category/:post_title/', '/city/A-Title/'],
    ['/:abbrlink/', '/b1946ac9/'],
  ])('%s', (permalink, expected) => {
    const extra = 'categories: [City, Tea]\nabbrlink: b1946ac9\n';
    expect(urlOf('content/news/deep/2024-03-05-my Tea.md', permalink, extra)).toBe(`https://news.example${expected}`);
  });

  it('folders above _posts are Jekyll’s categories', () => {
    expect(urlOf('movies/_posts/2024-03-05-tea.md', 'pretty')).toBe('https://news.example/movies/2024/03/05/tea/');
  });

  it('letters of all scripts stay, escaped as addresses have them', () => {
    expect(urlOf('posts/2024-03-05-새 소식.md', '/:title/')).toBe(
      `https://news.example/${encodeURIComponent('새-소식')}/`,
    );
    expect(urlOf(`posts/${'새소식'.normalize('NFD')}.md`, '/:title/')).toBe(
      `https://news.example/${encodeURIComponent('새소식')}/`,
    );
  });

  it('without a pattern every file has a page of this server’s below /articles/', () => {
    expect(urlOf('posts/a.md', undefined)).toBe('http://localhost:8787/articles/posts/a/');
    expect(urlOf('posts/tea/index.md', undefined)).toBe('http://localhost:8787/articles/posts/tea/');
    expect(urlOf("posts/Who's on? 100% #1 (2).md", undefined)).toBe(
      "http://localhost:8787/articles/posts/Who's%20on%3F%20100%25%20%231%20(2)/",
    );
    expect(urlOf('posts/a.md', undefined, 'slug: other\n')).toBe('http://localhost:8787/articles/posts/other/');
  });

  it.each([
    ['permalink: /my/page/', '/my/page/'],
    ['permalink: my/page.html', '/my/page.html'],
    ['permalink: /my/index.html', '/my/'],
    ['permalink: /:year/:title/', '/2024/a/'],
    ['permalink: https://other.example/x', 'https://other.example/x'],
    ['permalink: /a%20b/ü/', '/a%20b/%C3%BC/'],
    ['permalink: /100%/', '/100%25/'],
    ['permalink: //evil.example/x', '/evil.example/x'],
    ['permalink: /?p=12', '/?p=12'],
    ['url: https://elsewhere.example/link-post', '/2024/a.html'],
    ['url: https://news.example/mine', 'https://news.example/mine'],
    ['slug: other', '/2024/other.html'],
  ])('%s', (extra, expected) => {
    expect(urlOf('posts/a.md', '/:year/:title:output_ext', `${extra}\n`)).toBe(
      new URL(expected, 'https://news.example').href,
    );
  });

  it('a site below a path keeps its articles there', () => {
    const config = siteConfig({ url: 'https://user.example/blog', permalink: '/:title/' });
    expect(articleOf('---\ntitle: x\ndate: 2024-03-05\n---\n', { config }).url).toBe('https://user.example/blog/a/');
  });

  it('the publisher’s function makes an address of the article', () => {
    const config = siteConfig({
      permalink: ({ path, published }) => `/${published.slice(0, 4)}/${path.replace(/\.md$/, '')}`,
    });
    expect(articleOf('---\ntitle: x\ndate: 2024-03-05\n---\n', { config }).url).toBe(
      'https://news.example/2024/posts/a',
    );
    const failing = siteConfig({
      permalink: () => {
        throw new Error('no such section');
      },
    });
    expect(read('---\ntitle: x\ndate: 2024-03-05\n---\n', { config: failing })).toMatchObject({
      state: 'rejected',
      problems: [{ code: 'url-invalid', message: expect.stringContaining('no such section') }],
    });
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', '/../../etc/', '/a/%2e%2e/b', 'ftp://x.example/'])(
    '%s is no address',
    (permalink) => {
      expect(read(`---\ntitle: x\ndate: 2024-03-05\npermalink: ${permalink}\n---\n`)).toMatchObject({
        state: 'rejected',
        problems: [{ code: 'url-invalid', line: 4 }],
      });
    },
  );

  it('an unknown token is told by its name', () => {
    const config = siteConfig({ permalink: '/:yaer/:title/' });
    expect(read('---\ntitle: x\ndate: 2024-03-05\n---\n', { config }).problems[0]?.message).toContain(':yaer');
  });
});

describe('ids of new articles', () => {
  const text = '---\ntitle: x\ndate: 2024-03-05 00:30\n---\n';
  const site = { permalink: '/news/:year/:month/:day/:title/' };

  it('tag: the host, the day in the site’s zone, and the path (RFC 4151)', () => {
    const config = siteConfig(site);
    expect(makeId(articleOf(text, { config }), config)).toBe('tag:news.example,2024-03-05:/news/2024/03/05/a/');
  });

  it('permalink: the address', () => {
    const config = siteConfig(site, { ids: 'permalink' });
    expect(makeId(articleOf(text, { config }), config)).toBe('https://news.example/news/2024/03/05/a/');
  });

  it('jekyll: as jekyll-feed prints it', () => {
    const config = siteConfig(site, { ids: 'jekyll' });
    expect(makeId(articleOf(text, { config }), config)).toBe('https://news.example/news/2024/03/05/a');
    const html = siteConfig({ permalink: 'date' }, { ids: 'jekyll' });
    expect(makeId(articleOf(text, { config: html }), html)).toBe('https://news.example/2024/03/05/a');
  });

  it('a function: whatever the publisher makes of it', () => {
    const config = siteConfig(site, { ids: ({ title, path }) => `${title}@${path}` });
    expect(makeId(articleOf(text, { config }), config)).toBe('x@posts/a.md');
  });

  it.each([
    ['guid: my own words', 'my own words'],
    ['guid: https://old.example/?p=12', 'https://old.example/?p=12'],
    ['id: tag:old.example,2010:1', 'tag:old.example,2010:1'],
    ['uuid: A5AA9BD8-EA31-415C-B452-3040DAE1E730', 'urn:uuid:a5aa9bd8-ea31-415c-b452-3040dae1e730'],
  ])('%s goes before them', (extra, expected) => {
    const config = siteConfig(site);
    expect(makeId(articleOf(`---\ntitle: x\ndate: 2024-03-05\n${extra}\n---\n`, { config }), config)).toBe(expected);
  });

  it('the id of a page within its folder is none for life', () => {
    expect(articleOf('---\ntitle: x\ndate: 2024-03-05\nid: intro\n---\n').id).toBeNull();
  });
});

describe('which files', () => {
  it('are articles', () => {
    const selected = articleFiles(siteConfig({}, { content: { exclude: ['notes/**', '**/README.md'] } }));
    const paths = [
      'a.md',
      'deep/b.MD',
      'c.markdown',
      'd.mdx',
      'e.html',
      '_posts/2024-03-05-f.md',
      '_drafts/g.md',
      `${'새소식'.normalize('NFD')}.md`,
    ];
    expect(paths.filter(selected)).toEqual(paths);
    const others = [
      'a.png',
      'notes/x.md',
      'x/README.md',
      'node_modules/x/y.md',
      '.git/x.md',
      '_site/a.html',
      'blog/_index.md',
      'fr/_index.fr.md',
      'authors.yml',
      '.hidden.md',
    ];
    expect(others.filter(selected)).toEqual([]);
  });

  it('keeps an address: the lower path by code point, endings left out', () => {
    const paths = ['b.md', 'a-twin.md', 'a.md', 'a.html', '\u{1F600}.md', '\uFB00.md'];
    expect(paths.sort(comparePaths)).toEqual(['a.html', 'a.md', 'a-twin.md', 'b.md', '\uFB00.md', '\u{1F600}.md']);
  });
});
