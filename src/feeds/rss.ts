import { Feed, type FeedOptions } from 'feed';
import type { Element } from 'xast';
import { htmlOf, oneLine, sound } from './characters.ts';
import type { Entry, FeedHead, Variant } from './entry.ts';
import { authorsOf, labelsOf, languageOf, webAddress } from './labels.ts';
import { enclosuresOf, imageOf, mediaImage } from './media.ts';
import { body, child, element, elements, lines, PLACE, plain, text, written } from './tree.ts';

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

/** What Apple's podcast directory asks of a channel, as far as the publisher has said it. */
export function podcastHead(head: FeedHead): Element[] {
  const author = authorsOf(head.author === null ? [] : [head.author])[0];
  const name = author?.name ?? oneLine(head.title);
  const image = webAddress(head.image);
  const email = author?.email === undefined ? [] : [element('itunes:email', {}, text(author.email))];
  return [
    element('itunes:author', {}, plain(name)),
    ...(email.length > 0 ? [element('itunes:owner', {}, element('itunes:name', {}, plain(name)), ...email)] : []),
    ...(image === null ? [] : [element('itunes:image', { href: image })]),
  ];
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
    hub: head.hub,
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
  return { root, channel };
}
