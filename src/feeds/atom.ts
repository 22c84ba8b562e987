import { Feed } from 'feed';
import type { Element } from 'xast';
import type { Author } from '../articles/article.ts';
import { oneLine, sound } from '../articles/characters.ts';
import type { Entry, FeedHead, Tombstone, Variant } from './entry.ts';
import { historyOf } from './history.ts';
import { atomId } from './identity.ts';
import { authorsOf, labelsOf, languageOf, webAddress } from './labels.ts';
import { enclosuresOf, imageOf, mediaImage } from './media.ts';
import { body, element, elements, lines, text, unindexed } from './tree.ts';
import { PLACE, written } from './written.ts';

/**
 * One entry of Atom 1.0.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4287#section-4.1.2
 */
export function atomEntry(entry: Entry, variant: Variant): Element {
  const link = webAddress(entry.url) ?? entry.url;
  const summary = sound(entry.summary).trim();
  const html = variant === 'full' ? sound(entry.html) : '';
  const feed = new Feed({ title: PLACE, copyright: '', updated: new Date(entry.updated) });
  feed.addItem({
    title: PLACE,
    link,
    date: new Date(entry.updated),
    published: new Date(entry.published),
    ...(summary !== '' && { description: PLACE }),
    ...(html !== '' && { content: PLACE }),
  });
  const children = elements(written(feed.atom1(), 'feed', 'entry'));
  for (const node of children) {
    if (node.name === 'id') node.children = [text(atomId(oneLine(entry.id), entry.host))];
    if (node.name === 'link') node.attributes = { rel: 'alternate', type: 'text/html', ...node.attributes };
    if (node.name === 'content') node.children = [body(html)];
    // Plain text, which needs no type (section 3.1.1), shows as written.
    if (node.name === 'title' || node.name === 'summary') {
      node.attributes = {};
      node.children = [text(node.name === 'title' ? oneLine(entry.title) : summary)];
    }
  }
  // Without e-mail addresses, which RSS and JSON do not show either.
  children.push(...authorsOf(entry.authors).map(({ email: _, ...author }) => person('author', author)));
  children.push(...labelsOf(entry).map((label) => element('category', { term: label })));
  for (const file of enclosuresOf(entry)) {
    const { url: href, type, title } = file;
    children.push(element('link', { rel: 'enclosure', href, type, length: file.length || null, title }));
  }
  const image = imageOf(entry);
  if (image) children.push(...mediaImage(image));
  const external = webAddress(entry.external);
  if (external !== null) children.push(element('link', { rel: 'related', href: external }));
  if (entry.canonical) children.push(element('link', { rel: 'canonical', href: webAddress(entry.canonical) }));
  if (entry.licence) children.push(element('rights', {}, text(oneLine(entry.licence))));
  return element('entry', { 'xml:lang': languageOf(entry.lang) }, ...lines(children));
}

/** A person construct, section 3.2. */
function person(name: string, author: Author): Element {
  const parts: [string, string | undefined][] = [
    ['name', author.name],
    ['uri', author.url],
    ['email', author.email],
  ];
  return element(
    name,
    {},
    ...parts.flatMap(([part, value]) => (value === undefined ? [] : [element(part, {}, text(value))])),
  );
}

/** The feed element of an Atom document without its entries. */
export function atomRoot(head: FeedHead): Element {
  const title = oneLine(head.title);
  const subtitle = oneLine(head.description);
  const rights = oneLine(head.copyright ?? '');
  const image = webAddress(head.image);
  const feed = new Feed({
    title: PLACE,
    id: PLACE,
    link: head.home,
    copyright: rights && PLACE,
    updated: new Date(head.updated),
    generator: 'Tidings',
    feed: head.topics.atom,
    ...(head.hub !== null && { hub: head.hub }),
    author: { name: PLACE },
    ...(subtitle !== '' && { description: PLACE }),
    ...(image !== null && { image: PLACE }),
  });
  const root = written(feed.atom1(), 'feed');
  const types: Record<string, string> = { alternate: 'text/html', self: 'application/atom+xml' };
  const texts: Record<string, string> = { title, subtitle, rights, id: head.id, logo: image ?? '' };
  // Every entry must have an author, its own or the feed's (section 4.1.1); a site without one speaks for itself.
  const author = authorsOf(head.author === null ? [] : [head.author])[0] ?? { name: title };
  root.children = elements(root).map((node) => {
    if (node.name === 'author') return person('author', author);
    const value = texts[node.name];
    const type = types[String(node.attributes.rel)];
    if (value !== undefined) node.children = [text(value)];
    if (node.name === 'link' && type !== undefined) node.attributes = { ...node.attributes, type };
    return node;
  });
  if (head.hub !== null)
    root.children.push(...(head.otherHubs ?? []).map((href) => element('link', { rel: 'hub', href })));
  if (head.noindex) root.children.push(unindexed());
  root.children.push(...historyOf(head, 'atom'));
  root.attributes = { ...root.attributes, 'xml:lang': languageOf(head.lang) };
  return root;
}

/**
 * What stands for an entry that was taken back.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6721#section-3
 */
export function deletedEntry({ id, host, at }: Tombstone): Element {
  return element('at:deleted-entry', { ref: atomId(oneLine(id), host), when: new Date(at).toISOString() });
}

/** The same in RSS, which has no word of its own: `ref` is the item's guid. */
export function deletedItem({ id, at }: Tombstone): Element {
  return element('at:deleted-entry', { ref: oneLine(id), when: new Date(at).toISOString() });
}
