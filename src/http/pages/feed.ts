import { html } from 'hono/html';
import { type Markup, page } from './layout.ts';
import {
  bar,
  discovery,
  entryList,
  foot,
  pushNote,
  type ShownEntry,
  type ShownFeed,
  type SiteFrame,
  subscribeCard,
} from './parts.ts';

/** The page of one feed: what is in it, in which formats it is, and how to subscribe. */
export function feedPage(of: { site: SiteFrame; feed: ShownFeed; description: string; entries: ShownEntry[] }): Markup {
  const { site, feed } = of;
  const { words } = site;
  return page({
    base: site.base,
    title: feed.kind === 'site' ? site.title : `${feed.title} · ${site.title}`,
    lang: site.lang,
    feeds: [feed],
    head: html`<link rel="canonical" href="${site.url}${feed.page}">
${of.description === '' ? '' : html`<meta name="description" content="${of.description}">`}
${discovery(site, feed)}`,
    body: html`${bar(site)}
<header><p class="soft" lang="${words.lang}">${words.sections[feed.kind] ?? words.allFeeds}</p>
<h1>${feed.title}</h1>
<p class="lead" lang="${words.lang}">${words.followFeed}</p></header>
<main id="content" class="columns">
<aside>${subscribeCard(feed, site)}${pushNote(site)}</aside>
<section aria-labelledby="entries"><h2 id="entries" lang="${words.lang}">${words.entries}</h2>
${entryList(of.entries, site)}</section>
</main>
${foot(site)}`,
  });
}
