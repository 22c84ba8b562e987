import { Feed, type FeedOptions } from 'feed';
import type { Element } from 'xast';
import type { Episode } from '../articles/article.ts';
import { htmlOf, oneLine, sound } from '../articles/characters.ts';
import type { Entry, FeedHead, Variant } from './entry.ts';
import { historyOf } from './history.ts';
import { authorsOf, labelsOf, languageOf, webAddress } from './labels.ts';
import { enclosuresOf, imageOf, mediaImage } from './media.ts';
import { body, child, element, elements, lines, plain, text, unindexed } from './tree.ts';
import { PLACE, written } from './written.ts';

/** Spelled as validators know it: with it they accept attributes of namespaces, such as `xml:lang`. */
const DOCS = 'http://www.rssboard.org/rss-specification';

/**
 * One item of RSS 2.0, by the best practices of the RSS Advisory Board.
 *
 * @see https://www.rssboard.org/rss-profile
 */
export function rssItem(entry: Entry, variant: Variant): Element {
  const title = oneLine(entry.title);
  const link = webAddress(entry.url) ?? entry.url;
  const summary = sound(entry.summary).trim();
  const html = variant === 'full' ? sound(entry.html) : '';
  const feed = new Feed({ title: PLACE, copyright: '' });
  feed.addItem({
    title: title && PLACE,
    link,
    date: new Date(entry.updated),
    published: new Date(entry.published),
    // An item must have one of the two, and content:encoded wants a description before it.
    ...((summary !== '' || html !== '' || title === '') && { description: PLACE }),
  });
  const item = written(feed.rss2(), 'rss', 'channel', 'item');
  for (const node of elements(item)) {
    if (node.name === 'title') node.children = [plain(title)];
    // Readers take a description for HTML, whatever it is (profile, section "description").
    if (node.name === 'description') node.children = [text(htmlOf(summary))];
    if (node.name === 'guid') {
      const id = oneLine(entry.id);
      node.attributes = { isPermaLink: String(id === link) };
      node.children = [text(id)];
    }
  }
  const children = elements(item);
  if (html !== '') children.push(element('content:encoded', {}, body(html)));
  children.push(...authorsOf(entry.authors).map((author) => element('dc:creator', {}, plain(author.name))));
  children.push(...labelsOf(entry).map((label) => element('category', {}, plain(label))));
  if (entry.updated !== entry.published)
    children.push(element('atom:updated', {}, text(new Date(entry.updated).toISOString())));
  children.push(...attached(entry));
  const external = webAddress(entry.external);
  if (external !== null) children.push(element('atom:link', { rel: 'related', href: external }));
  if (entry.canonical) children.push(element('atom:link', { rel: 'canonical', href: webAddress(entry.canonical) }));
  if (entry.licence) children.push(element('dc:rights', {}, plain(oneLine(entry.licence))));
  const lang = languageOf(entry.lang);
  return element('item', { 'xml:lang': lang }, ...lines(children));
}

/** The profile allows one enclosure; what comes after it is told as Media RSS. */
function attached(entry: Entry): Element[] {
  const [first, ...more] = enclosuresOf(entry);
  const image = imageOf(entry);
  return [
    ...(first ? [element('enclosure', { url: first.url, length: first.length, type: first.type })] : []),
    ...(first?.duration ? [element('itunes:duration', {}, text(String(first.duration)))] : []),
    ...(first && entry.episode ? episodeElements(entry.episode, languageOf(entry.lang)) : []),
    ...more.map((file) =>
      element('media:content', {
        url: file.url,
        type: file.type,
        fileSize: file.length || null,
        duration: file.duration,
      }),
    ),
    ...(image ? mediaImage(image) : []),
  ];
}

/**
 * What players show of an episode: Apple's elements, and those of the podcast namespace that say the same or more.
 *
 * @see https://podcasting2.org/docs/podcast-namespace
 */
function episodeElements(episode: Episode, lang: string | null): Element[] {
  const { season, number, type, explicit, transcripts = [], chapters } = episode;
  const chaptersAt = webAddress(chapters);
  return [
    ...(season ? [element('itunes:season', {}, text(String(season)))] : []),
    ...(number ? [element('itunes:episode', {}, text(String(number)))] : []),
    ...(type ? [element('itunes:episodeType', {}, text(type))] : []),
    ...(explicit === undefined ? [] : [element('itunes:explicit', {}, text(String(explicit)))]),
    ...(season ? [element('podcast:season', {}, text(String(season)))] : []),
    ...(number ? [element('podcast:episode', {}, text(String(number)))] : []),
    ...transcripts.flatMap(({ url, type: media }) => {
      const address = webAddress(url);
      return address === null ? [] : [element('podcast:transcript', { url: address, type: media, language: lang })];
    }),
    ...(chaptersAt === null
      ? []
      : [element('podcast:chapters', { url: chaptersAt, type: 'application/json+chapters' })]),
  ];
}

/**
 * What podcast directories ask of a channel, as far as the publisher has said it.
 *
 * @see https://help.apple.com/itc/podcasts_connect/#/itcb54353390
 * @see https://podcasting2.org/docs/podcast-namespace
 */
export function podcastHead(head: FeedHead): Element[] {
  const { podcast } = head;
  const author = authorsOf(head.author === null ? [] : [head.author])[0];
  const name = author?.name ?? oneLine(head.title);
  const image = webAddress(podcast?.image ?? head.image);
  const email = author?.email;
  const yesOrNo = podcast?.locked ? 'yes' : 'no';
  return [
    element('itunes:author', {}, plain(name)),
    element('itunes:explicit', {}, text(String(podcast?.explicit ?? false))),
    ...(email === undefined
      ? []
      : [
          element(
            'itunes:owner',
            {},
            element('itunes:name', {}, plain(name)),
            element('itunes:email', {}, text(email)),
          ),
        ]),
    ...(image === null ? [] : [element('itunes:image', { href: image })]),
    ...(podcast ? [categoryOf(podcast.category)] : []),
    ...(podcast?.type ? [element('itunes:type', {}, text(podcast.type))] : []),
    ...(podcast ? [element('podcast:medium', {}, text('podcast'))] : []),
    ...(podcast?.guid ? [element('podcast:guid', {}, text(podcast.guid))] : []),
    ...(podcast?.locked == null ? [] : [element('podcast:locked', { owner: email }, text(yesOrNo))]),
  ];
}

function categoryOf(category: string | [string, string]): Element {
  const [outer, inner] = typeof category === 'string' ? [category] : category;
  const below = inner === undefined ? [] : [element('itunes:category', { text: oneLine(inner) })];
  return element('itunes:category', { text: oneLine(outer) }, ...below);
}

/** The channel of an RSS document without its items, on its root. */
export function rssRoot(head: FeedHead): { root: Element; channel: Element } {
  const title = oneLine(head.title);
  const copyright = oneLine(head.copyright ?? '');
  const image = webAddress(head.image);
  const lang = languageOf(head.lang);
  const options: FeedOptions = {
    title: PLACE,
    description: PLACE,
    link: head.home,
    copyright: copyright && PLACE,
    updated: new Date(head.updated),
    docs: DOCS,
    generator: 'Tidings',
    feed: head.topics.rss,
    ...(head.hub !== null && { hub: head.hub }),
    ...(lang !== null && { language: lang }),
    ...(image !== null && { image: PLACE }),
  };
  const root = written(new Feed(options).rss2(), 'rss');
  const channel = elements(root)[0] ?? element('channel', {});
  const texts: Record<string, string> = { title, description: oneLine(head.description) || title, copyright };
  for (const node of elements(channel)) {
    const value = texts[node.name];
    if (value !== undefined) node.children = [plain(value)];
    if (node.name !== 'image') continue;
    const url = child(node, 'url');
    const caption = child(node, 'title');
    if (url) url.children = [text(image ?? '')];
    if (caption) caption.children = [plain(title)];
    node.children = elements(node);
  }
  if (head.hub !== null) channel.children.push(...told(head));
  if (head.noindex) channel.children.push(unindexed());
  channel.children.push(...historyOf(head, 'rss'));
  return { root, channel };
}

/** How to be told of changes, beyond the hub that is this server's own. */
function told({ otherHubs = [], cloud }: FeedHead): Element[] {
  return [
    ...otherHubs.map((href) => element('atom:link', { href, rel: 'hub' })),
    ...(cloud ? [element('cloud', { ...cloud, registerProcedure: '', protocol: 'http-post' })] : []),
  ];
}
