import { describe, expect, it } from 'vitest';
import { articleOf, read, siteConfig } from './reading.ts';

const config = siteConfig({ permalink: '/:year/:title/' });
const of = (extra: string) => articleOf(`---\ntitle: x\ndate: 2024-03-05\n${extra}\n---\n`, { config });

describe('pictures of an article', () => {
  it.each([
    ['image: /a.png', { url: 'https://news.example/a.png' }],
    ['cover: ./a.png', { url: 'https://news.example/2024/a/a.png' }],
    [
      'image: {path: /a.png, alt: A bus, width: 640, height: "480"}',
      { url: 'https://news.example/a.png', alt: 'A bus', width: 640, height: 480 },
    ],
    ['image: /a.png\nimage_alt: A bus', { url: 'https://news.example/a.png', alt: 'A bus' }],
    ['images: ["", /a.png, /b.png]', { url: 'https://news.example/a.png' }],
    ['image: ""\ncover: /b.png', { url: 'https://news.example/b.png' }],
    ['cover:\n  image: /c.png\n  caption: A c', { url: 'https://news.example/c.png', alt: 'A c' }],
    ['header:\n  teaser: /d.png', { url: 'https://news.example/d.png' }],
    ['hero: true', null],
    ['preview: 300', null],
    ['image: "[[e.png]]"', { url: 'https://news.example/2024/a/e.png' }],
  ])('%j', (extra, expected) => expect(of(extra).image).toEqual(expected));

  it('an address that is none is told and left out', () => {
    const reading = read('---\ntitle: x\ndate: 2024-03-05\nimage: javascript:alert(1)\n---\n', { config });
    expect(reading).toMatchObject({
      state: 'accepted',
      article: { image: null },
      problems: [{ code: 'image-invalid', line: 4 }],
    });
  });
});

describe('a banner, and a page elsewhere', () => {
  it.each([
    ['banner_image: /wide.png', { banner: 'https://news.example/wide.png' }],
    ['external_url: https://city.example/a?b=1', { external: 'https://city.example/a?b=1' }],
    ['params: {externalUrl: "https://city.example/"}', { external: 'https://city.example/' }],
    ['bannerImage: yes\nexternalLink: a city', {}],
  ])('%j', (extra, expected) => {
    const { banner, external } = of(extra);
    expect({ ...(banner && { banner }), ...(external && { external }) }).toEqual(expected);
  });

  it('a banner is not shown whose rights, as the picture, have ended', () => {
    const { image, banner } = of('image: {url: /a.png, expires: 2025-01-01}\nbanner_image: /a.png');
    expect([image, banner]).toEqual([null, undefined]);
  });
});

describe('audio, video and other files', () => {
  it.each([
    ['audio: /a.mp3', { url: 'https://news.example/a.mp3', type: 'audio/mpeg', length: 0 }],
    [
      'audio: {url: /a.m4a, length: 1234567, duration: 95}',
      { url: 'https://news.example/a.m4a', type: 'audio/mp4', length: 1234567, duration: 95 },
    ],
    [
      'audio: {url: "https://cdn.example/x", type: audio/ogg, duration: "1:01:05"}',
      { url: 'https://cdn.example/x', type: 'audio/ogg', length: 0, duration: 3665 },
    ],
    [
      'video: {src: /a.mp4, title: A film}',
      { url: 'https://news.example/a.mp4', type: 'video/mp4', length: 0, title: 'A film' },
    ],
    [
      'enclosure: {url: /a.pdf, size: "12,345"}',
      { url: 'https://news.example/a.pdf', type: 'application/pdf', length: 12345 },
    ],
    [
      'podcast_file: /a.mp3\npodcast_bytes: 99\nduration: 12:30',
      { url: 'https://news.example/a.mp3', type: 'audio/mpeg', length: 99, duration: 750 },
    ],
  ])('%j', (extra, expected) => expect(of(extra).enclosures).toEqual([expected]));

  it.each([
    [
      'audio: a.mp3\nseason: 2\nepisode: 07\nepisode_type: Bonus\nexplicit: no',
      { season: 2, number: 7, type: 'bonus', explicit: false },
    ],
    [
      'audio: a.mp3\ntranscript: a.vtt\nchapters: /a.json',
      {
        transcripts: [{ url: 'https://news.example/2024/a/a.vtt', type: 'text/vtt' }],
        chapters: 'https://news.example/a.json',
      },
    ],
    [
      'audio: a.mp3\ntranscript:\n  - a.srt\n  - {url: /words, type: text/html}\n  - "yes"',
      {
        transcripts: [
          { url: 'https://news.example/2024/a/a.srt', type: 'application/x-subrip' },
          { url: 'https://news.example/words', type: 'text/html' },
        ],
      },
    ],
    ['audio: a.mp3\nseason: 0\nepisode: pilot\nchapters: true\ntranscript: javascript:alert(1)/a.vtt', undefined],
    ['enclosure: a.pdf\nseason: 2\nepisode: 7', undefined],
    ['season: 2', undefined],
  ])('as an episode: %j', (extra, expected) => expect(of(extra).episode).toEqual(expected));

  it('each address once, and none that is no file', () => {
    expect(of('audio: [/a.mp3, /a.mp3, /b.mp3]').enclosures.map(({ url }) => url)).toEqual([
      'https://news.example/a.mp3',
      'https://news.example/b.mp3',
    ]);
    expect(of('video: https://www.youtube.com/watch?v=x').enclosures).toEqual([]);
    expect(of('audio: javascript:alert(1)').enclosures).toEqual([]);
    expect(of('audio: true').enclosures).toEqual([]);
  });
});

describe('languages', () => {
  it.each([
    ['lang: ko', 'a.md', 'ko'],
    ['language: en_us', 'a.md', 'en-US'],
    ['locale: zh-hant-tw', 'a.md', 'zh-Hant-TW'],
    ['lang: Korean!', 'a.md', null],
    ['', 'posts/index.ko.md', 'ko'],
    ['', 'ko/a.md', 'ko'],
    ['', 'content/pt-br/a.md', 'pt-BR'],
    ['', 'posts/it/a.md', 'it'],
    ['', 'notes/it/a.md', null],
    ['', 'posts/release.js.md', null],
    ['lang: ja', 'ko/a.md', 'ja'],
  ])('%j in %s is %s', (extra, path, expected) => {
    expect(articleOf(`---\ntitle: x\ndate: 2024-03-05\n${extra}\n---\n`, { path }).lang).toBe(expected);
  });
});
