/** A small site of each generator, as its own starter writes it, with the feed that it would publish. */
export interface Site {
  name: string;
  files: Record<string, string>;
  /** What is given as --url. */
  url?: string;
  /** What must be taken, by key. */
  taken: Record<string, unknown>;
  /** Folder of the articles. */
  content: string;
  /** Address and id of each article. */
  published: { url: string; id: string }[];
}

const post = (front: string, body = 'The ferry sails again.') => `---\n${front}\n---\n\n${body}\n`;

export const SITES: Site[] = [
  {
    name: 'Jekyll',
    files: {
      '_config.yml': `title: Harbour News
tagline: From the quay
url: "https://harbour.example"
baseurl: /blog
timezone: Asia/Seoul
lang: ko
permalink: pretty
author:
  name: The Desk
  email: desk@harbour.example
feed:
  posts_limit: 7
  path: /atom-feed.xml
defaults:
  - scope: { path: "", type: "posts" }
    values: { layout: "post" }
`,
      '_posts/2026-03-05-first-boat.md': post('title: First boat\ncategories: [ferry]'),
      'about.md': post('title: About'),
    },
    taken: {
      'site.title': 'Harbour News',
      'site.url': 'https://harbour.example/blog',
      'site.timezone': 'Asia/Seoul',
      'site.language': 'ko',
      'site.permalink': 'pretty',
      'site.author': { name: 'The Desk', email: 'desk@harbour.example' },
      'feeds.limit': 7,
      'feeds.aliases': { '/atom-feed.xml': '/atom.xml' },
      ids: 'jekyll',
    },
    content: '_posts',
    published: [
      {
        url: 'https://harbour.example/blog/ferry/2026/03/05/first-boat/',
        id: 'https://harbour.example/blog/ferry/2026/03/05/first-boat',
      },
    ],
  },
  {
    name: 'Hugo',
    files: {
      'hugo.toml': `baseURL = 'https://harbour.example/'
languageCode = 'en-gb'
title = 'Harbour News'
timeZone = 'Europe/London'
copyright = '© Harbour'
[services.rss]
limit = 12
[params]
description = 'From the quay'
[params.author]
name = 'The Desk'
[permalinks.page]
posts = '/:year/:month/:slug/'
`,
      'content/posts/first.md': `+++\ntitle = 'First boat'\ndate = 2026-03-05T10:00:00Z\n+++\nIt sails.\n`,
      'content/notes/tide.md': post('title: Tide\ndate: 2026-03-06'),
    },
    taken: {
      'site.url': 'https://harbour.example',
      'site.language': 'en-GB',
      'site.author': 'The Desk',
      'site.description': 'From the quay',
      'feeds.limit': 12,
      ids: 'permalink',
    },
    content: 'content',
    published: [
      { url: 'https://harbour.example/notes/tide/', id: 'https://harbour.example/notes/tide/' },
      { url: 'https://harbour.example/2026/03/first-boat/', id: 'https://harbour.example/2026/03/first-boat/' },
    ],
  },
  {
    name: 'Hexo',
    files: {
      'package.json': '{ "dependencies": { "hexo": "^8.0.0" } }',
      '_config.yml': `title: Harbour News
subtitle: From the quay
author: The Desk
language: [en, ko]
timezone: 'Asia/Seoul'
url: https://harbour.example
root: /news/
permalink: :year/:month/:day/:title/
feed:
  type: rss2
  path: rss2.xml
  limit: 9
`,
      'source/_posts/first-boat.md': post('title: First boat\ndate: 2026-03-05 10:00:00'),
      'scaffolds/post.md': post('title: "{{ title }}"'),
    },
    taken: {
      'site.url': 'https://harbour.example/news',
      'site.language': 'en',
      'site.author': 'The Desk',
      'feeds.limit': 9,
      'feeds.aliases': { '/rss2.xml': '/rss.xml' },
    },
    content: 'source/_posts',
    published: [
      {
        url: 'https://harbour.example/news/2026/03/05/first-boat/',
        id: 'https://harbour.example/news/2026/03/05/first-boat/',
      },
    ],
  },
  {
    name: 'Astro',
    files: {
      'astro.config.mjs': `import { defineConfig } from 'astro/config';
import sitemap from '@astrojs/sitemap';
import { SITE_URL } from './src/consts';
export default defineConfig({ site: SITE_URL, base: '/news', integrations: [sitemap()], i18n: { defaultLocale: 'en' } });
`,
      'src/consts.ts': `export const SITE_URL = 'https://harbour.example';
export const SITE_TITLE: string = 'Harbour News';
export const SITE_DESCRIPTION = \`\${SITE_TITLE}, from the quay\`;
`,
      'src/content/blog/first-boat.md': post('title: First boat\npubDate: Mar 05 2026'),
      'src/pages/blog/[...slug].astro': '---\n---\n',
      'src/pages/rss.xml.js': 'throw new Error("this file must not be run");',
    },
    taken: {
      'site.title': 'Harbour News',
      'site.description': 'Harbour News, from the quay',
      'site.url': 'https://harbour.example/news',
      'site.language': 'en',
    },
    content: 'src/content/blog',
    published: [
      { url: 'https://harbour.example/news/blog/first-boat/', id: 'https://harbour.example/news/blog/first-boat/' },
    ],
  },
  {
    name: 'Eleventy',
    files: {
      'eleventy.config.js': `throw new Error('this file must not be run');
export default async function (eleventyConfig) {
  eleventyConfig.addPlugin(rss);
  return { dir: { input: 'content', data: '../_data', output: '_site' } };
}
`,
      '_data/metadata.js': `export default {
  title: "Harbour News",
  url: "https://harbour.example/",
  language: "en",
  description: "From the quay",
  author: { name: "The Desk", email: "desk@harbour.example", url: "https://harbour.example/desk/" },
};
`,
      'content/blog/blog.11tydata.js': `export default { tags: ["posts"], permalink: "/news/{{ page.fileSlug }}/" };\n`,
      'content/blog/2026-03-05-first-boat.md': post('title: First boat'),
      'content/about.md': post('title: About'),
    },
    taken: {
      'site.title': 'Harbour News',
      'site.permalink': '/news/:title/',
      'site.author': { name: 'The Desk', email: 'desk@harbour.example', url: 'https://harbour.example/desk/' },
    },
    content: 'content',
    published: [{ url: 'https://harbour.example/news/first-boat/', id: 'https://harbour.example/news/first-boat/' }],
  },
  {
    name: 'Zola',
    files: {
      'config.toml': `base_url = "https://harbour.example"
title = "Harbour News"
description = "From the quay"
default_language = "en"
generate_feeds = true
feed_filenames = ["atom.xml", "feeds/rss.xml"]
feed_limit = 8
author = "The Desk"
`,
      'content/news/_index.md': '+++\ntitle = "News"\n+++\n',
      'content/news/2026-03-05_first-boat.md': '+++\ntitle = "First boat"\n+++\nIt sails.\n',
    },
    taken: {
      'site.url': 'https://harbour.example',
      'site.author': 'The Desk',
      'feeds.limit': 8,
      'feeds.aliases': { '/feeds/rss.xml': '/rss.xml' },
      ids: 'permalink',
    },
    content: 'content',
    published: [{ url: 'https://harbour.example/news/first-boat/', id: 'https://harbour.example/news/first-boat/' }],
  },
  {
    name: 'Docusaurus',
    files: {
      'docusaurus.config.ts': `import type { Config } from '@docusaurus/types';
const year = new Date().getFullYear();
const config: Config = {
  title: 'Harbour News',
  tagline: 'From the quay',
  url: process.env.SITE ?? 'https://harbour.example',
  baseUrl: '/',
  trailingSlash: false,
  i18n: { defaultLocale: 'en', locales: ['en'] },
  presets: [['classic', { docs: false, blog: { routeBasePath: 'news', feedOptions: { type: ['rss', 'atom'], limit: 20, copyright: \`© \${year}\` } } } satisfies object]],
};
export default config;
`,
      'blog/authors.yml': 'desk:\n  name: The Desk\n',
      'blog/2026-03-05-first-boat.mdx': post('title: First boat\nauthors: [desk]'),
    },
    taken: {
      'site.title': 'Harbour News',
      'site.url': 'https://harbour.example',
      'site.permalink': '/news/:year/:month/:day/:title',
      'feeds.limit': 20,
      'feeds.aliases': { '/news/rss.xml': '/rss.xml', '/news/atom.xml': '/atom.xml' },
    },
    content: 'blog',
    published: [
      {
        url: 'https://harbour.example/news/2026/03/05/first-boat',
        id: 'https://harbour.example/news/2026/03/05/first-boat',
      },
    ],
  },
  {
    name: 'Pelican',
    files: {
      'pelicanconf.py': `AUTHOR = 'The Desk'
SITENAME = "Harbour News"
SITEURL = ""
PATH = "content"
TIMEZONE = 'Asia/Seoul'
DEFAULT_LANG = 'en'
ARTICLE_URL = '{date:%Y}/{date:%m}/{slug}/'
import sys; sys.exit('this file must not be run')
LINKS = (("Ferry", "https://ferry.example/"), # the line
)
`,
      'publishconf.py': `from pelicanconf import *\nSITEURL = "https://harbour.example"\nFEED_ALL_ATOM = "feeds/everything.xml"\n`,
      'content/first.md': 'Title: First boat\nDate: 2026-03-05 08:00\nSlug: first-boat\n\nIt sails.\n',
      'content/pages/about.md': 'Title: About\n\nUs.\n',
    },
    taken: {
      'site.url': 'https://harbour.example',
      'site.timezone': 'Asia/Seoul',
      'site.permalink': '/:year/:month/:slugified_title/',
      'feeds.aliases': { '/feeds/everything.xml': '/atom.xml' },
      'content.exclude': ['pages/**'],
      ids: 'tag',
    },
    content: 'content',
    published: [
      { url: 'https://harbour.example/2026/03/first-boat/', id: 'tag:harbour.example,2026-03-05:/2026/03/first-boat/' },
    ],
  },
  {
    name: 'Nikola',
    files: {
      'conf.py': `# -*- coding: utf-8 -*-
import time
BLOG_AUTHOR = "The Desk"  # (translatable)
BLOG_TITLE = "Harbour " "News"
SITE_URL = "https://harbour.example/"
BLOG_EMAIL = "desk@harbour.example"
BLOG_DESCRIPTION = """From the quay"""
DEFAULT_LANG = "en"
TRANSLATIONS = {
    DEFAULT_LANG: "",
}
POSTS = (
    ("posts/*.rst", "posts", "post.tmpl"),
    ("posts/*.md", "news", "post.tmpl"),
)
TIMEZONE = "Europe/Paris"
CONTENT_FOOTER = 'Contents {date}'.format(date=time.gmtime().tm_year)
FEED_LENGTH = 5
`,
      'posts/first-boat.md':
        '<!--\n.. title: First boat\n.. slug: first-boat\n.. date: 2026-03-05 10:00:00 UTC\n-->\n\nIt sails.\n',
    },
    taken: {
      'site.title': 'Harbour News',
      'site.description': 'From the quay',
      'site.author': { name: 'The Desk', email: 'desk@harbour.example' },
      'site.timezone': 'Europe/Paris',
      'feeds.limit': 5,
    },
    content: 'posts',
    published: [{ url: 'https://harbour.example/news/first-boat/', id: 'https://harbour.example/news/first-boat/' }],
  },
  {
    name: 'Ghost export',
    files: {
      'ghost.json': JSON.stringify({
        db: [
          {
            data: {
              posts: [
                {
                  id: '64f0aa11bb22cc33dd44ee55',
                  title: 'First "boat"',
                  slug: 'first-boat',
                  html: '<p>It sails. <img src="__GHOST_URL__/content/images/boat.jpg"></p>',
                  status: 'published',
                  type: 'post',
                  visibility: 'public',
                  published_at: '2026-03-05T01:00:00.000Z',
                },
                {
                  id: 'b',
                  title: 'For members',
                  slug: 'members',
                  html: '<p>Secret</p>',
                  status: 'published',
                  type: 'post',
                  visibility: 'members',
                  published_at: '2026-03-06T01:00:00.000Z',
                },
                {
                  id: 'c',
                  title: 'About',
                  slug: 'about',
                  html: '<p>Us</p>',
                  status: 'published',
                  type: 'page',
                  published_at: '2026-03-06T01:00:00.000Z',
                },
              ],
              tags: [
                { id: 't1', name: 'Ferry', slug: 'ferry', visibility: 'public' },
                { id: 't2', name: '#internal', slug: 'hash-internal', visibility: 'internal' },
              ],
              posts_tags: [
                { post_id: '64f0aa11bb22cc33dd44ee55', tag_id: 't2', sort_order: 0 },
                { post_id: '64f0aa11bb22cc33dd44ee55', tag_id: 't1', sort_order: 1 },
              ],
              users: [{ id: 'u1', name: 'The Desk' }],
              posts_authors: [{ post_id: '64f0aa11bb22cc33dd44ee55', author_id: 'u1', sort_order: 0 }],
              settings: [
                { key: 'title', value: 'Harbour News' },
                { key: 'timezone', value: 'Asia/Seoul' },
                { key: 'locale', value: 'en' },
              ],
            },
          },
        ],
      }),
    },
    url: 'https://harbour.example',
    taken: {
      'site.title': 'Harbour News',
      'site.timezone': 'Asia/Seoul',
      'site.permalink': '/:slug/',
      'feeds.limit': 15,
    },
    content: 'content',
    published: [{ url: 'https://harbour.example/first-boat/', id: '64f0aa11bb22cc33dd44ee55' }],
  },
];
