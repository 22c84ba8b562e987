import { html, raw } from 'hono/html';
import type { Entry } from '../../feeds/entry.ts';
import { instant, type Markup, page, sanitized } from './layout.ts';

/** A clean page for an article, where the publisher's site has none of its own. */
export function articlePage(entry: Entry, site: { title: string; lang: string; zone: string }): Markup {
  const lang = entry.lang ?? site.lang;
  const description = {
    '@context': 'https://schema.org',
    '@type': 'NewsArticle',
    headline: entry.title,
    datePublished: entry.published,
    dateModified: entry.updated,
    inLanguage: lang,
    mainEntityOfPage: entry.url,
    author: entry.authors.map((author) => ({ '@type': 'Person', name: author.name, url: author.url })),
    image: entry.image?.url,
    publisher: { '@type': 'Organization', name: site.title },
  };
  return page({
    title: `${entry.title} · ${site.title}`,
    lang,
    head: html`<link rel="canonical" href="${entry.url}">
<meta name="description" content="${entry.summary}">
<meta property="og:type" content="article">
<meta property="og:title" content="${entry.title}">
<meta property="og:url" content="${entry.url}">
<meta property="og:description" content="${entry.summary}">
${entry.image ? html`<meta property="og:image" content="${entry.image.url}">` : ''}
<link rel="alternate" type="application/rss+xml" title="${site.title} (RSS)" href="/rss.xml">
<link rel="alternate" type="application/atom+xml" title="${site.title} (Atom)" href="/atom.xml">
<script type="application/ld+json">${raw(JSON.stringify(description).replaceAll('<', '\\u003c'))}</script>`,
    body: html`<header><p><a href="/">${site.title}</a></p></header>
<main><article>
<h1>${entry.title}</h1>
<p class="soft">${instant(entry.published, site.zone, lang)}${entry.authors.length > 0 ? ` · ${entry.authors.map((author) => author.name).join(', ')}` : ''}</p>
${sanitized(entry.html)}
${entry.enclosures.map((file) => html`<p><a href="${file.url}">${file.title ?? file.url}</a></p>`)}
</article></main>`,
  });
}
