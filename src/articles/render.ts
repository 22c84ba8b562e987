import type { Config } from '../config/schema.ts';
import type { Article, Problem, Rendering } from './article.ts';
import { htmlOf, sound } from './characters.ts';
import { resolveAddress } from './links.ts';
import { renderMarkdown } from './markdown.ts';
import { type Links, sanitize } from './sanitize.ts';
import { siblingAddress } from './siblings.ts';
import { summaryOf } from './summary.ts';
import { templateContext } from './templates/context.ts';
import { expandTemplates } from './templates/expand.ts';
import { stripMarks } from './templates/marks.ts';
import { simplifyMdx } from './templates/mdx.ts';
import { plainText } from './text.ts';

/** Where the part that lists show ends, in the words of all generators. */
const MORE =
  /<!--\s*(?:more|read-?more|truncate|excerpt|end[-_ ]?excerpt|teaser_end|break|pelican_end_summary|end_summary|summary|endsummary)\b[^<>]{0,60}-->/i;

/** Survives sanitizing, and no text has it. */
const MARK = '\u{e000}more\u{e000}';

/**
 * The body of an article as feeds carry it: templates and Markdown become HTML, sanitized, with absolute addresses and
 * no character that XML forbids. Never throws: a body that cannot be rendered is shown as plain text, and this is said.
 */
export function renderArticle(article: Article, config: Config): Rendering {
  const problems: Problem[] = [];
  if (isTooDense(article.body)) return asPlainText(article, 'it holds far more signs than text', problems);
  try {
    const html = sound(sanitize(markMore(rawHtml(article, config, problems)), linksOf(article, config)));
    const at = html.indexOf(MARK);
    const whole = (at < 0 ? html : html.replaceAll(MARK, '')).trim();
    const summary = article.summary ?? summaryOf(at > 0 ? html.slice(0, at) : whole, at > 0);
    return { html: whole, summary, problems };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return asPlainText(article, `it could not be rendered: ${reason}`, problems);
  }
}

function asPlainText(article: Article, reason: string, problems: Problem[]): Rendering {
  problems.push({ code: 'body-unrendered', message: `The body is shown as plain text, since ${reason}.` });
  return { html: `<pre>${htmlOf(sound(article.body))}</pre>`, summary: article.summary ?? '', problems };
}

/** Where the article's addresses lead: beside its own page, and from one source file to another's page. */
function linksOf(article: Article, config: Config): Links {
  const base = article.url || `${config.site.url}/`;
  return {
    base,
    without: article.endedImage,
    link: (href) =>
      (SOURCE_FILE.test(href) ? siblingAddress(article, config, decoded(href)) : null) ?? resolveAddress(href, base),
  };
}

/** A relative address of a source file, as generators turn them into those of pages. */
const SOURCE_FILE = /^(?![a-z][a-z0-9+.-]*:|\/\/)[^?#]+\.(?:mdx?|markdown)(?:#|$)/i;

function decoded(href: string): string {
  try {
    return decodeURI(href);
  } catch {
    return href;
  }
}

/**
 * Signs of Markdown and HTML that are rendered; no article has more, and what has is data or an attack. Both engines
 * need about two seconds for as many.
 */
const MAX_SIGNS = 300_000;

/** A body below this size (characters) cannot have too many. */
const LIGHT = 200_000;

function isTooDense(body: string): boolean {
  if (body.length < LIGHT) return false;
  let signs = 0;
  for (let at = 0; at < body.length; at++) {
    const code = body.charCodeAt(at);
    // A line is a sign twice over.
    if (code === 10) signs += 2;
    else if (SIGNS.has(code)) signs++;
  }
  return signs > MAX_SIGNS;
}

const SIGNS = new Set([...'|<>[]*_`~$\\{}:&!/'].map((sign) => sign.charCodeAt(0)));

/** The body's HTML before it is sanitized. */
function rawHtml(article: Article, config: Config, problems: Problem[]): string {
  // A NUL would become a sign for something unreadable.
  const body = article.body.replaceAll('\0', '');
  const context = templateContext(article, config, (target) => siblingAddress(article, config, target), problems);
  if (article.format === 'mdx') return withoutTitle(renderMarkdown(simplifyMdx(body, context, true)), article);
  const expanded = expandTemplates(body, context);
  if (article.format === 'html') return withoutTitle(expanded, article);
  return withoutTitle(renderMarkdown(stripMarks(simplifyMdx(expanded, context, false))), article);
}

function markMore(html: string): string {
  return html.includes('<!--') ? html.replace(MORE, MARK) : html;
}

/** A first heading that only says the title again, which every reader shows above the article. */
function withoutTitle(html: string, { title }: Article): string {
  const heading = /^\s*<h1\b[^>]*>([\s\S]*?)<\/h1>/.exec(html.slice(0, 2000));
  return heading && plainText((heading[1] ?? '').replace(/<[^<>]*>/g, '')) === title
    ? html.slice(heading[0].length)
    : html;
}
