import { html, raw } from 'hono/html';
import type { Found, ManualPage } from '../manual.ts';
import { type Markup, page } from './layout.ts';
import { bar, type SiteFrame } from './parts.ts';

/** A page of the documentation, with a search over all of them. */
export function manualPageMarkup(site: SiteFrame, { name, title, html: text }: ManualPage): Markup {
  return frame(site, title, html`<article class="manual" data-page="${name}">${raw(text)}</article>`, '');
}

/** What a search found. */
export function foundMarkup(site: SiteFrame, query: string, found: Found[]): Markup {
  const body = html`<h1>${found.length === 0 ? 'Nothing has' : 'Sections with'} “${query}”</h1>
<ul class="entries">${found.map(
    (one) =>
      html`<li><h3><a href="${site.base}/docs/${one.name}#${one.anchor}">${one.title}${one.section === one.title ? '' : ` · ${one.section}`}</a></h3><p>${one.excerpt}</p></li>`,
  )}</ul>`;
  return frame(site, `${query} · Documentation`, body, query);
}

function frame(site: SiteFrame, title: string, body: Markup, query: string): Markup {
  return page({
    base: site.base,
    title: `${title} · ${site.title}`,
    lang: 'en',
    body: html`${bar(site)}
<main id="content">
<form class="search" action="${site.base}/docs" role="search"><label for="q">Search the documentation</label>
<input id="q" name="q" type="search" value="${query}"> <button>Search</button>
<p><a href="${site.base}/docs">Contents</a> · <a href="${site.base}/docs/api">Interface for programs</a></p></form>
${body}
</main>`,
  });
}
