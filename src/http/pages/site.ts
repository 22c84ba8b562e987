import { html } from 'hono/html';
import { type Markup, page } from './layout.ts';
import {
  discovery,
  entryList,
  foot,
  pushNote,
  type ShownEntry,
  type ShownFeed,
  type SiteFrame,
  subscribeCard,
} from './parts.ts';

/** Feeds of a kind that are shown at once; the rest can be unfolded. */
const AT_ONCE = 40;
const KINDS = ['defined', 'category', 'folder', 'lang', 'author', 'tag'];

/** The page that shows a person the feeds and how to subscribe. `feeds` begins with the site's own. */
export function sitePage(of: {
  site: SiteFrame;
  description: string;
  feeds: ShownFeed[];
  newest: ShownEntry[];
}): Markup {
  const { site } = of;
  const { words } = site;
  const own = of.feeds.find((feed) => feed.kind === 'site');
  const groups = KINDS.map((kind) => ({
    name: words.sections[kind] ?? kind,
    feeds: of.feeds.filter((feed) => feed.kind === kind),
  })).filter((group) => group.feeds.length > 0);
  return page({
    base: site.base,
    title: site.title,
    lang: site.lang,
    feeds: own ? [own] : [],
    head: html`<link rel="canonical" href="${site.url}/">
${of.description === '' ? '' : html`<meta name="description" content="${of.description}">`}
${own ? discovery(site, own) : ''}`,
    body: html`<header>${site.logo === null ? '' : html`<img class="logo" src="${site.logo}" alt="">`}<h1>${site.title}</h1><p class="lead">${of.description}</p></header>
<main id="content">
<div class="columns">
<aside>${own ? subscribeCard(own, site) : ''}${pushNote(site)}</aside>
<section aria-labelledby="newest"><h2 id="newest" lang="${words.lang}">${words.newest}</h2>
${entryList(of.newest, site)}</section>
</div>
<section id="feeds" aria-labelledby="all"><h2 id="all" lang="${words.lang}">${words.allFeeds}</h2>
${groups.map((group) => html`<h3 lang="${words.lang}">${group.name}</h3>${feedList(group.feeds, site)}`)}</section>
</main>
${foot(site)}`,
  });
}

function feedList(feeds: ShownFeed[], site: SiteFrame): Markup {
  const chips = (some: ShownFeed[]) =>
    html`<ul class="chips">${some.map((feed) => html`<li><a href="${site.base}${feed.page}">${feed.title}</a></li>`)}</ul>`;
  if (feeds.length <= AT_ONCE) return html`${chips(feeds)}<br>`;
  return html`${chips(feeds.slice(0, AT_ONCE))}<details><summary lang="${site.words.lang}">${site.words.more(feeds.length)}</summary>${chips(feeds.slice(AT_ONCE))}</details>`;
}
