import type { Article, Reading } from '../../src/articles/article.ts';
import type { AuthorDirectory } from '../../src/articles/authors.ts';
import { readArticle } from '../../src/articles/read.ts';
import { renderArticle } from '../../src/articles/render.ts';
import { type Config, type ConfigInput, resolveConfig } from '../../src/config/config.ts';

/** The day on which tests are read. */
export const NOW = Date.parse('2026-06-01T00:00:00Z');

/** A site in Seoul, with Jekyll's addresses unless a test asks for others. */
export function siteConfig(site: ConfigInput['site'] = {}, more: Omit<ConfigInput, 'site'> = {}): Config {
  return resolveConfig(
    { site: { url: 'https://news.example', timezone: 'Asia/Seoul', ...site }, ...more },
    'http://localhost:8787',
  );
}

export interface Setting {
  path?: string;
  config?: Config;
  authors?: AuthorDirectory;
  now?: number;
}

/** Reads a text or bytes as a file. */
export function read(file: string | Uint8Array, setting: Setting = {}): Reading {
  const bytes = typeof file === 'string' ? new TextEncoder().encode(file) : file;
  const { path = 'posts/a.md', config = siteConfig(), authors, now = NOW } = setting;
  return readArticle({ path, bytes }, { config, now, ...(authors ? { authors } : {}) });
}

/** The article of a file that must not be rejected. */
export function articleOf(file: string | Uint8Array, setting: Setting = {}): Article {
  const reading = read(file, setting);
  if (reading.state === 'rejected') throw new Error(JSON.stringify(reading.problems));
  return reading.article;
}

/** The rendered body of an article whose front matter does not matter. */
export function htmlOf(body: string, setting: Setting & { extra?: string } = {}): string {
  return renderingOf(body, setting).html;
}

export function renderingOf(body: string, setting: Setting & { extra?: string } = {}) {
  const config = setting.config ?? siteConfig({ permalink: '/:year/:title/' });
  const text = `---\ntitle: A title\ndate: 2024-03-05\n${setting.extra ?? ''}---\n${body}`;
  return renderArticle(articleOf(text, { ...setting, config }), config);
}
