import { describe, expect, it } from 'vitest';
import type { Article } from '../../src/articles/article.ts';
import { articleOf, read, siteConfig } from './reading.ts';

const SEOUL = (day: string) => new Date(`${day}T00:00:00+09:00`).toISOString();

type Expected = Partial<{
  [K in keyof Article]: K extends 'authors' ? string[] : K extends 'image' ? string | null : Article[K];
}>;

/** Generator, page of its documentation, front matter (or a whole head), what the article must have. */
type Row = [generator: string, page: string, head: string, expected: Expected, path?: string];

const JEKYLL = 'https://jekyllrb.com/docs/front-matter/';
const SEO = 'https://github.com/jekyll/jekyll-seo-tag/blob/master/docs/usage.md';
const HUGO = 'https://gohugo.io/content-management/front-matter/';
const HUGO_DATES = 'https://gohugo.io/configuration/front-matter/';
const HEXO = 'https://hexo.io/docs/front-matter';
const ASTRO = 'https://docs.astro.build/en/tutorials/add-content-collections/';
const ELEVENTY = 'https://www.11ty.dev/docs/data-configuration/';
const ZOLA = 'https://www.getzola.org/documentation/content/page/';
const DOCUSAURUS = 'https://docusaurus.io/docs/api/plugins/@docusaurus/plugin-content-blog#markdown-front-matter';
const PELICAN = 'https://docs.getpelican.com/en/latest/content.html#file-metadata';
const NIKOLA = 'https://getnikola.com/handbook.html#metadata-fields';
const GHOST = 'https://ghost.org/docs/admin-api/#posts';
const OBSIDIAN = 'https://help.obsidian.md/properties';
const PUBLISH = 'https://help.obsidian.md/publish/permalinks';

const ROWS: Row[] = [
  ['Jekyll', JEKYLL, 'date: 2024-03-05 10:00:00 +0900', { published: '2024-03-05T01:00:00.000Z' }],
  ['Jekyll', JEKYLL, 'permalink: /about/:title/\ndate: 2024-03-05', { url: 'https://news.example/about/a/' }],
  ['Jekyll', JEKYLL, 'category: city news', { categories: ['city news'] }, '_posts/2024-03-05-a.md'],
  [
    'Jekyll',
    JEKYLL,
    'categories: city news\ntags: bus train',
    { categories: ['city', 'news'], tags: ['bus', 'train'] },
    '_posts/2024-03-05-a.md',
  ],
  ['Jekyll', JEKYLL, 'excerpt: First words', { summary: 'First words' }, '_posts/2024-03-05-a.md'],
  [
    'Jekyll',
    'https://jekyllrb.com/docs/permalinks/',
    'slug: other',
    { url: 'https://news.example/2024/03/05/other.html' },
    '_posts/2024-03-05-a.md',
  ],
  [
    'Jekyll SEO',
    SEO,
    'image:\n  path: /a.jpg\n  alt: A bus\n  width: 640\n  height: 480',
    { image: 'https://news.example/a.jpg' },
    '2024-03-05-a.md',
  ],
  [
    'Jekyll SEO',
    SEO,
    'author: [Mara, Ines]\nlang: ko_KR\ncanonical_url: https://first.example/a',
    { authors: ['Mara', 'Ines'], lang: 'ko-KR', canonical: 'https://first.example/a' },
    '2024-03-05-a.md',
  ],
  ['Jekyll SEO', SEO, 'last_modified_at: 2024-04-01', { updated: SEOUL('2024-04-01') }, '2024-03-05-a.md'],
  [
    'Jekyll redirects',
    'https://github.com/jekyll/jekyll-redirect-from',
    'redirect_from:\n  - /old/\n  - /older/',
    { aliases: ['/old/', '/older/'] },
    '2024-03-05-a.md',
  ],

  [
    'Hugo',
    HUGO,
    'date: 2024-03-05T10:00:00+09:00\ndescription: Short',
    { published: '2024-03-05T01:00:00.000Z', summary: 'Short' },
  ],
  ['Hugo', HUGO, 'date: 2024-03-05\nsummary: First\ndescription: Second', { summary: 'First' }],
  ['Hugo', HUGO, 'date: 2024-03-05\naliases: [/old/one/, ../two]', { aliases: ['/old/one/', '../two'] }],
  ['Hugo', HUGO, 'date: 2024-03-05\nurl: /somewhere/else/', { url: 'https://news.example/somewhere/else/' }],
  ['Hugo', HUGO, 'date: 2024-03-05\nparams:\n  author: John Smith', { authors: ['John Smith'] }],
  [
    'Hugo',
    HUGO_DATES,
    'publishDate: 2024-03-05\nlastmod: 2024-04-01\nexpiryDate: 2030-01-01',
    { published: SEOUL('2024-03-05'), updated: SEOUL('2024-04-01'), expires: SEOUL('2030-01-01') },
  ],
  [
    'Hugo',
    HUGO_DATES,
    'pubdate: 2024-03-05\nmodified: 2024-04-01\nunpublishdate: 2030-01-01',
    { published: SEOUL('2024-03-05'), updated: SEOUL('2024-04-01'), expires: SEOUL('2030-01-01') },
  ],
  ['Hugo', HUGO_DATES, 'published: 2024-03-05', { published: SEOUL('2024-03-05') }],
  [
    'Hugo',
    'https://gohugo.io/content-management/multilingual/',
    'date: 2024-03-05',
    { lang: 'ko' },
    'posts/tea/index.ko.md',
  ],
  [
    'Hugo',
    'https://gohugo.io/content-management/multilingual/',
    'date: 2024-03-05',
    { lang: 'fr' },
    'content/fr/posts/tea.md',
  ],
  [
    'Hugo',
    'https://gohugo.io/content-management/page-bundles/',
    'date: 2024-03-05',
    { url: 'https://news.example/2024/03/05/tea.html' },
    'posts/tea/index.md',
  ],
  [
    'Hugo',
    'https://gohugo.io/templates/embedded/#open-graph',
    'date: 2024-03-05\nimages: [/first.png, /second.png]',
    { image: 'https://news.example/first.png' },
  ],

  [
    'Hexo',
    HEXO,
    'date: 2013/7/13 20:46:25\nupdated: 2014/1/2 3:04:05',
    { published: '2013-07-13T11:46:25.000Z', updated: '2014-01-01T18:04:05.000Z' },
  ],
  [
    'Hexo',
    HEXO,
    'date: 2024-03-05\ncategories:\n- [Sports, Baseball]\n- [MLB]\ntags:\n- Injury',
    { categories: ['Sports', 'Baseball', 'MLB'], tags: ['Injury'] },
  ],
  ['Hexo', HEXO, 'date: 2024-03-05\nexcerpt: Plain words\nlang: zh-TW', { summary: 'Plain words', lang: 'zh-TW' }],
  ['Hexo', HEXO, 'date: 2024-03-05\npermalink: my/own.html', { url: 'https://news.example/my/own.html' }],
  [
    'Hexo',
    HEXO,
    ';;;\n"title": "Tea",\n"date": "2013/7/13 20:46:25"\n;;;',
    { title: 'Tea', published: '2013-07-13T11:46:25.000Z' },
  ],

  [
    'Astro',
    ASTRO,
    "pubDate: 'Jul 08 2022'\nupdatedDate: 2022-07-09\nheroImage: /blog/a.jpg",
    { published: SEOUL('2022-07-08'), updated: SEOUL('2022-07-09'), image: 'https://news.example/blog/a.jpg' },
  ],
  [
    'Astro',
    ASTRO,
    'pubDate: 2022-07-01\nimage:\n  url: https://img.example/a.svg\n  alt: The logo\nauthor: Astro Learner',
    { image: 'https://img.example/a.svg', authors: ['Astro Learner'] },
  ],

  ['Eleventy', 'https://www.11ty.dev/docs/dates/', 'date: 2024-03-05', { published: SEOUL('2024-03-05') }],
  [
    'Eleventy',
    'https://www.11ty.dev/docs/dates/',
    'date: git Last Modified',
    { published: SEOUL('2023-01-02') },
    'posts/2023-01-02-a.md',
  ],
  [
    'Eleventy',
    'https://www.11ty.dev/docs/dates/',
    'date: Last Modified',
    { published: SEOUL('2023-01-02') },
    'posts/2023-01-02-a.md',
  ],
  [
    'Eleventy',
    'https://www.11ty.dev/docs/permalinks/',
    'date: 2024-03-05\npermalink: /this/index.html',
    { url: 'https://news.example/this/' },
  ],
  ['Eleventy', ELEVENTY, 'date: 2024-03-05\neleventyExcludeFromCollections: true', { inFeeds: false }],

  [
    'Zola',
    ZOLA,
    '+++\ntitle = "Tea"\ndate = 2024-03-05\nupdated = 2024-04-01\n+++',
    { title: 'Tea', published: SEOUL('2024-03-05'), updated: SEOUL('2024-04-01') },
  ],
  [
    'Zola',
    ZOLA,
    '+++\ndate = 2024-03-05T10:00:00Z\nauthors = ["Mara Quill"]\ndescription = "Short"\n+++',
    { published: '2024-03-05T10:00:00.000Z', authors: ['Mara Quill'], summary: 'Short' },
  ],
  [
    'Zola',
    ZOLA,
    '+++\ndate = 2024-03-05\naliases = ["old/one.html"]\n[taxonomies]\ntags = ["bus"]\ncategories = ["City"]\n[extra]\nimage = "/a.png"\n+++',
    { aliases: ['old/one.html'], tags: ['bus'], categories: ['City'], image: 'https://news.example/a.png' },
  ],
  [
    'Zola',
    ZOLA,
    '+++\npath = "2024/03/05/tea"\n+++',
    { published: SEOUL('2024-03-05'), url: 'https://news.example/2024/03/05/tea/' },
  ],

  [
    'Docusaurus',
    DOCUSAURUS,
    'date: 2024-03-05\nauthors:\n  - name: Joel Marcey\n    title: Co-creator\n    url: https://github.com/JoelMarcey\n    image_url: https://github.com/JoelMarcey.png',
    { authors: ['Joel Marcey'] },
  ],
  ['Docusaurus', DOCUSAURUS, 'date: 2024-03-05\nauthors: [slorber]', { authors: ['Sébastien Lorber'] }],
  [
    'Docusaurus',
    DOCUSAURUS,
    'date: 2024-03-05\nauthor: Joel\nauthor_url: https://joel.example\nauthor_image_url: https://joel.example/a.png',
    { authors: ['Joel'] },
  ],
  [
    'Docusaurus',
    DOCUSAURUS,
    'date: 2024-03-05\ntags:\n  - label: Tea\n    permalink: /tea\n  - cake',
    { tags: ['Tea', 'cake'] },
  ],
  [
    'Docusaurus',
    DOCUSAURUS,
    'date: 2024-03-05\nlast_update:\n  date: 2024-04-01\n  author: Joel\nimage: ./img/a.png',
    { updated: SEOUL('2024-04-01'), image: 'https://news.example/2024/03/05/img/a.png' },
  ],
  [
    'Docusaurus',
    DOCUSAURUS,
    'title: Tea',
    { published: SEOUL('2019-09-05'), url: 'https://news.example/2019/09/05/hello.html' },
    'blog/2019-09-05-hello/index.md',
  ],
  ['Docusaurus', DOCUSAURUS, 'date: 2024-03-05\nunlisted: true', { inFeeds: false }],

  [
    'Pelican',
    PELICAN,
    'Title: My super title\nDate: 2010-12-03 10:20\nModified: 2010-12-05 19:30\nCategory: Python\nTags: pelican, publishing\nSlug: my-super-post\nAuthors: Alexis Metaireau, Conan Doyle\nSummary: Short version\n',
    {
      title: 'My super title',
      published: '2010-12-03T01:20:00.000Z',
      updated: '2010-12-05T10:30:00.000Z',
      categories: ['Python'],
      tags: ['pelican', 'publishing'],
      authors: ['Alexis Metaireau', 'Conan Doyle'],
      summary: 'Short version',
      url: 'https://news.example/python/2010/12/03/my-super-post.html',
    },
  ],
  [
    'Pelican',
    PELICAN,
    'Title: T\nDate: 2010-12-03\nTags: pelican, publishing tool; bird\nAuthors: Metaireau, Alexis; Doyle, Conan\n',
    { tags: ['pelican, publishing tool', 'bird'], authors: ['Metaireau, Alexis', 'Doyle, Conan'] },
  ],
  [
    'Pelican',
    'https://docs.getpelican.com/en/latest/content.html#translations',
    'Title: T\nDate: 2010-12-03\nLang: fr\n',
    { lang: 'fr' },
  ],

  [
    'Pelican',
    PELICAN,
    '<html>\n<head>\n<title>My super title</title>\n<meta name="tags" content="thats, awesome" />\n<meta name="date" content="2012-07-09 22:28" />\n<meta name="category" content="yeah" />\n<meta name="authors" content="Alexis Métaireau, Conan Doyle" />\n<meta name="summary" content="Short &amp; sweet" />\n</head>\n<body>\n',
    {
      title: 'My super title',
      tags: ['thats', 'awesome'],
      published: '2012-07-09T13:28:00.000Z',
      categories: ['yeah'],
      authors: ['Alexis Métaireau', 'Conan Doyle'],
      summary: 'Short & sweet',
    },
    'a.html',
  ],
  [
    'Nikola',
    NIKOLA,
    '.. title: How to\n.. slug: how-to\n.. date: 2012-09-15 19:52:05 UTC\n.. updated: 2012-09-16 08:00:00 UTC\n.. tags: nikola, python\n.. category: CMS\n.. description: A guide\n.. author: Roberto\n',
    {
      title: 'How to',
      published: '2012-09-15T19:52:05.000Z',
      updated: '2012-09-16T08:00:00.000Z',
      tags: ['nikola', 'python'],
      categories: ['CMS'],
      summary: 'A guide',
      authors: ['Roberto'],
    },
  ],
  [
    'Nikola',
    NIKOLA,
    '<!--\n.. title: In a comment\n.. date: 2012-09-15\n.. previewimage: /a.png\n-->\n',
    { title: 'In a comment', image: 'https://news.example/a.png' },
  ],

  [
    'Ghost',
    GHOST,
    'published_at: 2024-03-05T01:00:00.000Z\nupdated_at: 2024-03-06T01:00:00.000Z\ncustom_excerpt: Short\nfeature_image: https://img.example/a.png\ncanonical_url: https://first.example/a',
    {
      published: '2024-03-05T01:00:00.000Z',
      updated: '2024-03-06T01:00:00.000Z',
      summary: 'Short',
      image: 'https://img.example/a.png',
      canonical: 'https://first.example/a',
    },
  ],
  [
    'Ghost',
    GHOST,
    'published_at: 1709600400000\nuuid: a5aa9bd8-ea31-415c-b452-3040dae1e730\nauthors:\n  - name: Mara\n    profile_image: https://img.example/m.png\ntags:\n  - name: City\n    slug: city',
    {
      published: '2024-03-05T01:00:00.000Z',
      id: 'urn:uuid:a5aa9bd8-ea31-415c-b452-3040dae1e730',
      authors: ['Mara'],
      tags: ['City'],
    },
  ],

  [
    'Obsidian',
    OBSIDIAN,
    'date: 2024-03-05T10:30\ntags:\n  - "#journal"\n  - nested/tag',
    { published: '2024-03-05T01:30:00.000Z', tags: ['journal', 'nested/tag'] },
  ],
  ['Obsidian', 'https://help.obsidian.md/aliases', 'date: 2024-03-05\naliases:\n  - Another name', { aliases: [] }],
  [
    'Obsidian',
    PUBLISH,
    'date: 2024-03-05\npermalink: my-note\ncover: a.png',
    { url: 'https://news.example/my-note', image: 'https://news.example/a.png' },
  ],
];

/** States that keep an article out of every feed. */
const HELD: [generator: string, page: string, head: string, reason: string, path?: string][] = [
  ['Jekyll', JEKYLL, 'date: 2024-03-05\npublished: false', 'draft'],
  ['Jekyll', 'https://jekyllrb.com/docs/posts/#drafts', 'title: No date yet', 'draft', '_drafts/a-draft.md'],
  ['Jekyll', 'https://jekyllrb.com/docs/configuration/options/', 'date: 2099-03-05', 'future'],
  ['Hugo', HUGO, 'date: 2024-03-05\ndraft: true', 'draft'],
  ['Hugo', HUGO, 'date: 2024-03-05\nexpiryDate: 2025-01-01', 'expired'],
  ['Hugo', HUGO, 'date: 2024-03-05\npublishDate: 2099-01-01', 'future'],
  ['Hugo', 'https://gohugo.io/content-management/build-options/', 'date: 2024-03-05\nbuild:\n  render: never', 'draft'],
  ['Hugo', HUGO, 'date: 2024-03-05\nheadless: true', 'draft'],
  ['Hexo', HEXO, 'date: 2024-03-05\npublished: false', 'draft'],
  ['Hexo', 'https://hexo.io/docs/writing#Drafts', 'title: No date yet', 'draft', 'source/_drafts/a.md'],
  [
    'Eleventy',
    'https://www.11ty.dev/docs/permalinks/#skip-writing-to-the-file-system',
    'date: 2024-03-05\npermalink: false',
    'draft',
  ],
  ['Zola', ZOLA, '+++\ndate = 2024-03-05\ndraft = true\n+++', 'draft'],
  ['Zola', ZOLA, '+++\ndate = 2024-03-05\nrender = false\n+++', 'draft'],
  ['Docusaurus', DOCUSAURUS, 'date: 2024-03-05\ndraft: true', 'draft'],
  [
    'Pelican',
    'https://docs.getpelican.com/en/latest/content.html#publishing-drafts',
    'Title: T\nDate: 2010-12-03\nStatus: draft\n',
    'draft',
  ],
  ['Nikola', NIKOLA, '.. title: T\n.. date: 2012-09-15\n.. status: private\n', 'draft'],
  ['Ghost', GHOST, 'date: 2024-03-05\nstatus: draft', 'draft'],
  ['Ghost', GHOST, 'date: 2024-03-05\nvisibility: members', 'draft'],
  ['Obsidian', 'https://help.obsidian.md/publish/publish', 'date: 2024-03-05\npublish: false', 'draft'],
];

/** A head is whole when it has delimiters or headers of its own; else it is YAML. */
function fileOf(head: string): string {
  return /^(?:\+\+\+|;;;|Title:|\.\. |<!--|<html>)/.test(head) ? `${head}\nText\n` : `---\n${head}\n---\nText\n`;
}

const config = siteConfig({ permalink: 'date' });
const authors = { slorber: { name: 'Sébastien Lorber', url: 'https://sebastienlorber.com' } };

describe('what generators call things', () => {
  it.each(ROWS)('%s (%s): %j', (_generator, _page, head, expected, path) => {
    const article = articleOf(fileOf(head), { path: path ?? 'a.md', config, authors });
    const shown = { ...article, authors: article.authors.map(({ name }) => name), image: article.image?.url ?? null };
    const asked = Object.fromEntries(Object.keys(expected).map((key) => [key, shown[key as keyof Article]]));
    expect(asked).toEqual(expected);
  });

  it.each(HELD)('%s (%s): %j is %s', (_generator, _page, head, reason, path) => {
    const reading = read(fileOf(head), { path: path ?? 'a.md', config });
    expect([reading.state, reading.problems[0]?.code]).toEqual(['withheld', reason]);
  });

  it('an author has an address and a picture where the generator has a place for them', () => {
    const joel = articleOf(
      fileOf(
        'date: 2024-03-05\nauthors:\n  - name: Joel\n    url: https://joel.example\n    email: joel@joel.example\n    image_url: https://joel.example/a.png',
      ),
    );
    expect(joel.authors).toEqual([
      { name: 'Joel', url: 'https://joel.example/', email: 'joel@joel.example', avatar: 'https://joel.example/a.png' },
    ]);
  });
});

/*
 * Left out, having no public documentation of their own: keys of single themes beyond those in src/articles/keys.ts
 * (Hexo's `top_img` and `index_img`, Minimal Mistakes' `header.overlay_image` are known from their themes' pages), and
 * whatever a Ghost export holds that its Admin API does not name.
 */
