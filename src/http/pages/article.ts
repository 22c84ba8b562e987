import { html, raw } from 'hono/html';
import { localTime } from '../../articles/time-zone.ts';
import type { ArticleEntry } from '../../feeds/entry.ts';
import { type Discoverable, instant, type Markup, page, sanitized } from './layout.ts';
import { bar, foot, type SiteFrame } from './parts.ts';

/** A clean page for an article, where the publisher's site has none of its own. */
export function articlePage(of: {
  site: SiteFrame;
  entry: ArticleEntry;
  /** Where the article stood first, when that was elsewhere. */
  canonical: string;
  /** Whether search engines are to leave it out. */
  unindexed: boolean;
  feeds: Discoverable[];
  /** Its categories and tags, with the page of each that has a feed. */
  sections: { title: string; page: string | null }[];
}): Markup {
  const { site, entry, canonical } = of;
  const lang = entry.lang ?? site.lang;
  const authors = entry.authors.map((author) => author.name).join(', ');
  return page({
    base: site.base,
    title: `${entry.title} · ${site.title}`,
    lang,
    feeds: of.feeds,
    head: html`<link rel="canonical" href="${canonical}">
${of.unindexed ? html`<meta name="robots" content="noindex">` : ''}
${entry.summary === '' ? '' : html`<meta name="description" content="${entry.summary}">`}
${authors === '' ? '' : html`<meta name="author" content="${authors}">`}
${openGraph(of)}
<script type="application/ld+json">${raw(JSON.stringify(structuredData(of)).replaceAll('<', '\\u003c'))}</script>`,
    body: html`${bar(site)}
<main id="content"><article class="read" dir="auto">
<header><h1>${entry.title}</h1>
<p class="byline">${instant(entry.published, site.zone, lang, isDay(entry.published, site.zone) ? null : 'short')}${authors === '' ? '' : ` · ${authors}`}</p></header>
${sanitized(entry.html)}
${entry.enclosures.map((file) => attachment(file, site))}
${of.sections.length === 0 ? '' : html`<ul class="chips">${of.sections.map((section) => html`<li>${section.page === null ? html`<span>${section.title}</span>` : html`<a href="${site.base}${section.page}">${section.title}</a>`}</li>`)}</ul>`}
</article></main>
${foot(site)}`,
  });
}

/** Whether an instant is a midnight, which a date without a clock time means. */
function isDay(iso: string, zone: string): boolean {
  const { hour, minute, second } = localTime(zone, Date.parse(iso));
  return hour === 0 && minute === 0 && second === 0;
}

function attachment(file: ArticleEntry['enclosures'][number], site: SiteFrame): Markup {
  const name = file.title ?? nameOf(file.url);
  const link = html`<p><span lang="${site.words.lang}">${site.words.attachment}</span>: <a href="${file.url}">${name}</a></p>`;
  if (file.type.startsWith('audio/')) return html`<audio controls preload="none" src="${file.url}"></audio>${link}`;
  if (file.type.startsWith('video/')) return html`<video controls preload="none" src="${file.url}"></video>${link}`;
  return link;
}

/** The name of a file as people write it, by its address. */
function nameOf(url: string): string {
  const name = new URL(url).pathname.split('/').at(-1) || url;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** @see https://ogp.me/ */
function openGraph({ entry, site, canonical }: { entry: ArticleEntry; site: SiteFrame; canonical: string }): Markup {
  return html`<meta property="og:type" content="article">
<meta property="og:site_name" content="${site.title}">
<meta property="og:title" content="${entry.title}">
<meta property="og:url" content="${canonical}">
<meta property="og:description" content="${entry.summary}">
<meta property="article:published_time" content="${entry.published}">
<meta property="article:modified_time" content="${entry.updated}">
${entry.tags.map(
  (tag) => html`<meta property="article:tag" content="${tag}">
`,
)}${
  entry.image
    ? html`<meta property="og:image" content="${entry.image.url}">${entry.image.alt ? html`<meta property="og:image:alt" content="${entry.image.alt}">` : ''}
<meta name="twitter:card" content="summary_large_image">`
    : html`<meta name="twitter:card" content="summary">`
}`;
}

/** @see https://schema.org/NewsArticle */
function structuredData({
  entry,
  site,
  canonical,
}: {
  entry: ArticleEntry;
  site: SiteFrame;
  canonical: string;
}): object {
  return {
    '@context': 'https://schema.org',
    '@type': 'NewsArticle',
    headline: entry.title,
    description: entry.summary,
    datePublished: entry.published,
    dateModified: entry.updated,
    inLanguage: entry.lang ?? site.lang,
    mainEntityOfPage: canonical,
    url: entry.url,
    author: entry.authors.map((author) => ({ '@type': 'Person', name: author.name, url: author.url })),
    keywords: entry.tags.length > 0 ? entry.tags : undefined,
    image: entry.image?.url,
    publisher: { '@type': 'Organization', name: site.title },
  };
}
