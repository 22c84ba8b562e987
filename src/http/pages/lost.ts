import { html } from 'hono/html';
import { type Discoverable, type Markup, page } from './layout.ts';
import { bar, foot, type ShownFeed, type SiteFrame } from './parts.ts';

/** The page of an address that has nothing, or nothing any more, with the feeds that may have been meant. */
export function lostPage(of: {
  site: SiteFrame;
  title: string;
  sentence: string;
  /** The site's own. */
  feed: Discoverable;
  feeds: ShownFeed[];
}): Markup {
  const { site } = of;
  const { words } = site;
  return page({
    base: site.base,
    title: `${of.title} · ${site.title}`,
    lang: site.lang,
    feeds: [of.feed, ...of.feeds],
    head: html`<meta name="robots" content="noindex">`,
    body: html`${bar(site)}
<header lang="${words.lang}"><h1>${of.title}</h1><p class="lead">${of.sentence}</p></header>
<main id="content">
${of.feeds.length === 0 ? '' : html`<h2 lang="${words.lang}">${words.near}</h2><ul class="chips">${of.feeds.map((feed) => html`<li><a href="${site.base}${feed.page}">${feed.title}</a></li>`)}</ul>`}
<p lang="${words.lang}"><a href="${site.base}/">${words.allFeeds}</a></p>
</main>
${foot(site)}`,
  });
}
