import { html } from 'hono/html';
import { instant, type Markup, page } from './layout.ts';

/** A feed as the page shows it: addresses are paths. */
export interface ShownFeed {
  kind: string;
  title: string;
  rss: string;
  atom: string;
  json: string;
}

export interface SitePage {
  title: string;
  description: string;
  lang: string;
  zone: string;
  hub: string;
  feeds: ShownFeed[];
  newest: { title: string; url: string; published: string; lang: string | null }[];
}

const KINDS: Record<string, string> = {
  site: 'All articles',
  defined: 'Collections',
  category: 'Categories',
  lang: 'Languages',
  author: 'Authors',
  tag: 'Tags',
};

/** The page that shows a person the feeds and how to subscribe. */
export function sitePage(site: SitePage): Markup {
  const groups = Object.entries(KINDS)
    .map(([kind, name]) => ({ name, feeds: site.feeds.filter((feed) => feed.kind === kind) }))
    .filter((group) => group.feeds.length > 0);
  return page({
    title: site.title,
    lang: site.lang,
    head: html`<link rel="alternate" type="application/rss+xml" title="${site.title} (RSS)" href="/rss.xml">
<link rel="alternate" type="application/atom+xml" title="${site.title} (Atom)" href="/atom.xml">
<link rel="alternate" type="application/feed+json" title="${site.title} (JSON Feed)" href="/feed.json">
<meta name="description" content="${site.description}">`,
    body: html`<header><h1>${site.title}</h1><p class="soft">${site.description}</p></header>
<main>
<section class="card" lang="en">
<p>To follow this site, give one of these addresses to a feed reader, or take <a href="/feeds.opml">all of them as OPML</a>. Programs can have every change pushed to them by WebSub; the hub is <code>${site.hub}</code>.</p>
</section>
<section aria-labelledby="newest"><h2 id="newest" lang="en">Newest</h2>
<ul class="plain">${site.newest.map(
      (entry) =>
        html`<li><a href="${entry.url}" lang="${entry.lang ?? site.lang}">${entry.title}</a> <span class="soft">${instant(entry.published, site.zone, site.lang)}</span></li>`,
    )}</ul></section>
${groups.map(
  (group) => html`<section><h2 lang="en">${group.name}</h2><div class="scroll"><table>
<tbody>${group.feeds.map(
    (feed) =>
      html`<tr><td>${feed.title}</td><td><a href="${feed.rss}">RSS</a></td><td><a href="${feed.atom}">Atom</a></td><td><a href="${feed.json}">JSON</a></td></tr>
`,
  )}</tbody></table></div></section>`,
)}
</main>`,
  });
}
