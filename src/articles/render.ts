import type { Config } from '../config/schema.ts';
import { sound } from '../feeds/characters.ts';
import type { Article, Problem, Rendering } from './article.ts';
import { renderMarkdown } from './markdown.ts';
import { sanitize } from './sanitize.ts';
import { summaryOf } from './summary.ts';

/**
 * The body of an article as feeds carry it. Never throws: a body that cannot be rendered is shown as plain text, and
 * this is said.
 */
export function renderArticle(article: Article, config: Config): Rendering {
  const problems: Problem[] = [];
  const base = article.url || `${config.site.url}/`;
  let html: string;
  try {
    html = sound(sanitize(article.format === 'html' ? article.body : renderMarkdown(article.body), base)).trim();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    problems.push({
      code: 'body-unrendered',
      message: `The body is shown as plain text, since it could not be rendered: ${reason}.`,
    });
    html = `<pre>${sound(article.body).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</pre>`;
  }
  return { html, summary: article.summary ?? summaryOf(html), problems };
}
