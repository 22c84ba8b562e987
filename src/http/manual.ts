import MarkdownIt from 'markdown-it';
import type { Home } from '../home.ts';
import { basePath } from './base.ts';

/** A page of the documentation. */
export interface ManualPage {
  /** Path below docs/ without `.md`; `README` is the index. */
  name: string;
  title: string;
  html: string;
}

/** A section in which all words were found. */
export interface Found {
  name: string;
  /** The page's title, and the section's where it is another. */
  title: string;
  section: string;
  anchor: string;
  excerpt: string;
}

export const INDEX = 'README';
const NAME = /^[a-z0-9][\w-]*(?:\/[\w-]+)?$/i;
const MOST_FOUND = 30;
/** Characters of an excerpt. */
const EXCERPT = 180;

/** A page by its name; null where there is none. */
export async function manualPage(home: Pick<Home, 'docs' | 'url'>, name: string): Promise<ManualPage | null> {
  const text = NAME.test(name) ? await home.docs(`${name}.md`) : null;
  if (text === null) return null;
  return { name, title: titleOf(text), html: rendererFor(name, basePath(home)).render(text) };
}

/** Every page, in the order of the index. */
export async function manualNames(home: Pick<Home, 'docs'>): Promise<string[]> {
  const index = (await home.docs(`${INDEX}.md`)) ?? '';
  const linked = [...index.matchAll(/\]\(([\w/-]+)\.md[)#]/g)].map(([, name = '']) => name);
  return [...new Set(linked)];
}

/** Sections of any page that have all the words, those whose heading has them first. */
export async function searchManual(home: Pick<Home, 'docs'>, query: string): Promise<Found[]> {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, 10);
  if (words.length === 0) return [];
  const found: (Found & { score: number })[] = [];
  for (const name of await manualNames(home)) {
    const text = await home.docs(`${name}.md`);
    if (text === null) continue;
    for (const { heading, body } of sectionsOf(text)) {
      const inHeading = heading.toLowerCase();
      const inBody = body.toLowerCase();
      if (!words.every((word) => inHeading.includes(word) || inBody.includes(word))) continue;
      const score = words.reduce(
        (sum, word) => sum + (inHeading.includes(word) ? 10 : 0) + inBody.split(word).length,
        0,
      );
      const excerpt = excerptOf(body, words);
      found.push({ name, title: titleOf(text), section: heading, anchor: anchorOf(heading), excerpt, score });
    }
  }
  return found.sort((a, b) => b.score - a.score).slice(0, MOST_FOUND);
}

interface Section {
  heading: string;
  body: string;
}

function sectionsOf(text: string): Section[] {
  const sections: Section[] = [];
  let fenced = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) fenced = !fenced;
    const heading = fenced ? undefined : /^#{1,4} (.+)/.exec(line)?.[1];
    if (heading !== undefined) sections.push({ heading: plain(heading), body: '' });
    else {
      const last = sections.at(-1);
      if (last) last.body += `${line}\n`;
    }
  }
  return sections;
}

function excerptOf(body: string, words: string[]): string {
  const text = plain(body).replace(/\s+/g, ' ').trim();
  const at = Math.max(0, text.toLowerCase().indexOf(words[0] ?? '') - EXCERPT / 3);
  const from = at === 0 ? 0 : text.indexOf(' ', at) + 1;
  return `${from > 0 ? '… ' : ''}${text.slice(from, from + EXCERPT)}${text.length > from + EXCERPT ? ' …' : ''}`;
}

/** Without the marks of Markdown. */
const plain = (text: string) =>
  text
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*|]/g, '')
    .replace(/-{3,}/g, '');

const titleOf = (text: string) => plain(/^# (.+)$/m.exec(text)?.[1] ?? 'Documentation');

/** As GitHub makes them, so that links between pages work in both places. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number} _-]/gu, '')
    .replace(/ /g, '-');

/** Links to other pages lead to them as they are served; what is not served is text. */
function rendererFor(name: string, base: string) {
  const markdown = new MarkdownIt({ linkify: false });
  const { rules } = markdown.renderer;
  markdown.core.ruler.push('served', (state) => {
    for (const [at, token] of state.tokens.entries()) {
      if (token.type === 'heading_open') token.attrSet('id', anchorOf(plain(state.tokens[at + 1]?.content ?? '')));
      for (const child of token.children ?? []) {
        if (child.type !== 'link_open') continue;
        const address = servedAs(String(child.attrGet('href') ?? ''), name, base);
        if (address === null) child.attrSet('data-unserved', '');
        else child.attrSet('href', address);
      }
    }
  });
  rules.link_open = (tokens, at, options, _, self) =>
    tokens[at]?.attrGet('data-unserved') === '' ? '<span>' : self.renderToken(tokens, at, options);
  rules.link_close = (tokens, at, options, _, self) => {
    const open = tokens.slice(0, at).findLast(({ type }) => type === 'link_open');
    return open?.attrGet('data-unserved') === '' ? '</span>' : self.renderToken(tokens, at, options);
  };
  rules.table_open = () => '<div class="scroll" tabindex="0"><table>';
  rules.table_close = () => '</table></div>';
  return markdown;
}

/** Where a link of a page leads when the page is served; null where that is nowhere. */
function servedAs(href: string, from: string, base: string): string | null {
  if (/^(?:https?:|#)/.test(href)) return href;
  const { pathname, hash } = new URL(href, `http://host/docs/${from}`);
  if (!pathname.startsWith('/docs/')) return null;
  const page = pathname.slice('/docs/'.length);
  if (!page.endsWith('.md')) return null;
  const name = page.slice(0, -3);
  return base + (name === INDEX ? '/docs' : `/docs/${name}`) + hash;
}
