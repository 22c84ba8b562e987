import { html } from 'hono/html';
import { type Discoverable, instant, type Markup } from './layout.ts';
import type { Words } from './words.ts';

/** What a page says of the site around it. */
export interface SiteFrame {
  title: string;
  lang: string;
  zone: string;
  /** The publisher's own, where it has one. */
  logo: string | null;
  /** Public address of this server. */
  url: string;
  /** Its path, before each link. */
  base: string;
  /** Addresses of its hubs, its own first. */
  hubs: string[];
  /** Address at which programs register by rssCloud; null when there is none. */
  cloud: string | null;
  words: Words;
}

/** A feed as a page lists it: addresses are paths. */
export interface ShownFeed extends Discoverable {
  kind: string;
  page: string;
}

/** An entry as a page lists it. */
export interface ShownEntry {
  title: string;
  url: string;
  published: string;
  lang: string | null;
  summary: string;
  authors: string[];
}

/** Where whoever subscribes to the page subscribes to what: in the head, as the `Link` header says it too (WebSub 4). */
export function discovery(site: SiteFrame, feed: Discoverable): Markup {
  return html`${site.hubs.map(
    (hub) => html`<link rel="hub" href="${hub}">
`,
  )}<link rel="self" type="application/atom+xml" href="${site.url}${feed.atom}">`;
}

/** The line at the top that leads home. */
export function bar(site: SiteFrame): Markup {
  return html`<nav class="rule" aria-label="${site.title}"><div class="bar"><a href="${site.base}/"><img src="${site.logo ?? `${site.base}/icon.svg`}" alt="" width="24" height="24"><span>${site.title}</span></a><a class="aside" href="${site.base}/#feeds" lang="${site.words.lang}">${site.words.allFeeds}</a></div></nav>`;
}

/** The line at the bottom. */
export function foot(site: SiteFrame): Markup {
  return html`<footer lang="${site.words.lang}"><a href="${site.base}/feeds.opml">${site.words.opml}</a> · ${site.words.opmlHint}</footer>`;
}

/** A feed's three addresses, each to be copied, and readers that open them. */
export function subscribeCard(feed: Discoverable, site: SiteFrame): Markup {
  const { words } = site;
  const formats = [
    ['Atom', feed.atom],
    ['RSS', feed.rss],
    ['JSON Feed', feed.json],
  ] as const;
  const address = site.url + feed.atom;
  const encoded = encodeURIComponent(address);
  return html`<section class="card" aria-labelledby="subscribe" lang="${words.lang}">
<h2 id="subscribe">${words.subscribe}</h2>
<p>${words.howTo}</p>
<div class="addresses">${formats.map(
    ([
      name,
      path,
    ]) => html`<div class="address"><a href="${site.base}${path}">${name}</a><input readonly value="${site.url + path}" aria-label="${words.addressOf(name)}"><button type="button" data-copy="${site.url + path}" data-done="${words.copied}" aria-live="polite" hidden>${words.copy}</button></div>
`,
  )}</div>
<p class="soft">${words.openIn}</p>
<ul class="chips">
<li><a href="https://feedly.com/i/subscription/feed/${encoded}" rel="noopener nofollow">Feedly</a></li>
<li><a href="https://www.inoreader.com/?add_feed=${encoded}" rel="noopener nofollow">Inoreader</a></li>
<li><a href="https://www.newsblur.com/?url=${encoded}" rel="noopener nofollow">NewsBlur</a></li>
<li><a href="https://theoldreader.com/feeds/subscribe?url=${encoded}" rel="noopener nofollow">The Old Reader</a></li>
<li><a href="feed:${address}">${words.anotherReader}</a></li>
</ul>
</section>`;
}

/** For programs: where they ask to be told of changes. */
export function pushNote(site: SiteFrame): Markup {
  const { words, hubs, cloud } = site;
  const [hub] = hubs;
  if (hub === undefined) return html``;
  return html`<section lang="${words.lang}"><h2>${words.push}</h2><p class="soft">${words.pushHint} <code>${hub}</code></p>
${cloud === null ? '' : html`<p class="soft">${words.cloudHint} <code>${cloud}</code></p>`}</section>`;
}

/** Entries, the newest first. */
export function entryList(entries: ShownEntry[], site: SiteFrame): Markup {
  if (entries.length === 0) return html`<p class="soft" lang="${site.words.lang}">${site.words.noEntries}</p>`;
  return html`<ul class="entries">${entries.map((entry) => {
    const lang = entry.lang ?? site.lang;
    const by = entry.authors.length > 0 ? ` · ${entry.authors.join(', ')}` : '';
    return html`<li lang="${lang}" dir="auto"><h3><a href="${entry.url}">${entry.title || entry.url}</a></h3>
<p class="soft">${instant(entry.published, site.zone, lang, null)}${by}</p>
${entry.summary === '' ? '' : html`<p class="summary">${entry.summary}</p>`}</li>
`;
  })}</ul>`;
}
