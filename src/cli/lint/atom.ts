import { ATOM, childrenOf, type Node, textOf } from '../feed/xml.ts';
import { type Findings, shown } from './finding.ts';
import { lintHtml, lintPlain } from './markup.ts';
import { type Count, lintAttribute, lintChildren, lintText, tell } from './structure.ts';
import { iri, isoDate, language, mailAddress, mediaType, webAddress, wholeNumber } from './values.ts';

const XHTML = 'http://www.w3.org/1999/xhtml';
const COMMON: Record<string, Count> = {
  id: '1',
  title: '1',
  updated: '1',
  author: '*',
  category: '*',
  contributor: '*',
  link: '*',
  rights: '?',
};
const FEED: Record<string, Count> = { ...COMMON, generator: '?', icon: '?', logo: '?', subtitle: '?', entry: '*' };
const ENTRY: Record<string, Count> = { ...COMMON, content: '?', published: '?', source: '?', summary: '?' };
const PERSON: Record<string, Count> = { name: '1', uri: '?', email: '?' };

/** Sections of RFC 4287 by element. */
const SECTIONS: Record<string, string> = {
  feed: '4.1.1',
  entry: '4.1.2',
  content: '4.1.3',
  author: '4.2.1',
  category: '4.2.2',
  contributor: '4.2.3',
  generator: '4.2.4',
  icon: '4.2.5',
  id: '4.2.6',
  link: '4.2.7',
  logo: '4.2.8',
  published: '4.2.9',
  rights: '4.2.10',
  source: '4.2.11',
  subtitle: '4.2.12',
  summary: '4.2.13',
  title: '4.2.14',
  updated: '4.2.15',
  name: '3.2.1',
  uri: '3.2.2',
  email: '3.2.3',
};
const spec = (name: string) => `RFC 4287, ${SECTIONS[name] ?? '6'}`;

/** Link relations that are registered and that feeds use. */
const RELATIONS = new Set(
  'alternate related self enclosure via hub next prev previous first last up current next-archive prev-archive edit edit-media replies license payment service author search copyright help canonical shortlink start icon describedby'.split(
    ' ',
  ),
);

/** What RFC 4287 asks of a feed, from its root. */
export function lintAtom(findings: Findings, feed: Node, address: string | null, now: number): void {
  lintChildren(findings, feed, ATOM, FEED, spec);
  lintShared(findings, feed, now);
  const self = links(feed).find(({ attributes }) => attributes.rel === 'self');
  if (!self)
    findings.warning(
      'self-missing',
      spec('feed'),
      feed,
      'The feed does not say where it is.',
      `<link rel="self" href="${address ?? 'https://…/atom.xml'}"/>`,
    );
  else if (address !== null && self.attributes.href !== address)
    findings.warning(
      'self-elsewhere',
      spec('link'),
      self,
      `The feed says that it is at ${self.attributes.href}, and came from ${address}.`,
    );
  for (const name of ['icon', 'logo'])
    for (const node of childrenOf(feed, name, ATOM))
      lintText(findings, node, spec(name), (text) => (hasBase(node) ? null : webAddress(text)));
  const hasAuthor = childrenOf(feed, 'author', ATOM).length > 0;
  const entries = childrenOf(feed, 'entry', ATOM);
  for (const entry of entries) lintEntry(findings, entry, hasAuthor, now);
  lintTwins(findings, entries);
}

/** A document that is one entry. */
export function lintEntry(findings: Findings, entry: Node, feedHasAuthor: boolean, now: number): void {
  lintChildren(findings, entry, ATOM, ENTRY, spec);
  lintShared(findings, entry, now);
  const [source] = childrenOf(entry, 'source', ATOM);
  const named =
    childrenOf(entry, 'author', ATOM).length > 0 || (source && childrenOf(source, 'author', ATOM).length > 0);
  if (!named && !feedHasAuthor)
    findings.error(
      'author-missing',
      'RFC 4287, 4.1.2',
      entry,
      'The entry names nobody, and neither does the feed.',
      '<author><name>…</name></author>',
    );
  const [content] = childrenOf(entry, 'content', ATOM);
  const hasPage = links(entry).some(({ attributes }) => (attributes.rel ?? 'alternate') === 'alternate');
  if (!content && !hasPage)
    findings.error(
      'entry-empty',
      'RFC 4287, 4.1.2',
      entry,
      'The entry has neither content nor a link to its page.',
      '<link href="https://…"/>',
    );
  if (!content) return;
  const { src, type = 'text' } = content.attributes;
  const isBinary = !['text', 'html', 'xhtml'].includes(type) && !/^text\/|[+/]xml$/i.test(type);
  if ((src !== undefined || isBinary) && childrenOf(entry, 'summary', ATOM).length === 0)
    findings.error(
      'summary-missing',
      'RFC 4287, 4.1.2',
      content,
      'Content that is elsewhere, or no text, needs a <summary>.',
      '<summary>…</summary>',
    );
  if (src === undefined) lintTextConstruct(findings, content, true);
  else if (content.text.trim() !== '' || content.children.length > 0)
    findings.error(
      'content-twice',
      'RFC 4287, 4.1.3.2',
      content,
      'Content that is elsewhere (src) must be empty here.',
    );
  if (!/^(?:text|html|xhtml)$/.test(type)) tell(findings, content, 'RFC 4287, 4.1.3.1', mediaType(type));
}

/** What feeds and entries have alike. */
function lintShared(findings: Findings, node: Node, now: number): void {
  for (const id of childrenOf(node, 'id', ATOM)) {
    lintText(findings, id, spec('id'), iri);
    if (id.text !== id.text.trim())
      findings.warning(
        'id-space',
        spec('id'),
        id,
        'The id has white space around it, which belongs to it.',
        `<id>${id.text.trim()}</id>`,
      );
  }
  for (const name of ['updated', 'published'])
    for (const date of childrenOf(node, name, ATOM))
      lintText(findings, date, 'RFC 4287, 3.3', (text) => isoDate(text, now));
  for (const name of ['title', 'subtitle', 'summary', 'rights'])
    for (const text of childrenOf(node, name, ATOM)) lintTextConstruct(findings, text, false);
  for (const name of ['author', 'contributor'])
    for (const person of childrenOf(node, name, ATOM)) lintPerson(findings, person);
  for (const category of childrenOf(node, 'category', ATOM))
    lintAttribute(findings, category, 'term', spec('category'), (text) =>
      text.trim() === '' ? { severity: 'error', code: 'category-empty', message: 'The category has no name.' } : null,
    );
  lintLinks(findings, node);
  const tag = node.attributes['xml:lang'];
  if (tag !== undefined && tag !== '') tell(findings, node, 'RFC 4287, 2', language(tag));
}

function lintPerson(findings: Findings, person: Node): void {
  lintChildren(findings, person, ATOM, PERSON, spec);
  for (const name of childrenOf(person, 'name', ATOM)) lintText(findings, name, spec('name'), () => null);
  for (const uri of childrenOf(person, 'uri', ATOM)) lintText(findings, uri, spec('uri'), webAddress);
  for (const email of childrenOf(person, 'email', ATOM)) lintText(findings, email, spec('email'), mailAddress);
}

const links = (node: Node) => childrenOf(node, 'link', ATOM);

function lintLinks(findings: Findings, node: Node): void {
  const seen = new Set<string>();
  for (const link of links(node)) {
    const { rel = 'alternate', type = '', hreflang = '', href } = link.attributes;
    lintAttribute(findings, link, 'href', spec('link'), (text) => (hasBase(link) ? null : webAddress(text)));
    if (type !== '') tell(findings, link, 'RFC 4287, 4.2.7.3', mediaType(type));
    if (hreflang !== '') tell(findings, link, 'RFC 4287, 4.2.7.4', language(hreflang));
    if (link.attributes.length !== undefined)
      tell(findings, link, 'RFC 4287, 4.2.7.6', wholeNumber(link.attributes.length));
    if (link.text.trim() !== '')
      findings.warning('link-text', spec('link'), link, 'A link has its address in href; text inside is not read.');
    if (rel === '' || (!RELATIONS.has(rel) && !/^[a-z][a-z0-9+.-]*:/i.test(rel)))
      findings.warning(
        'link-relation',
        'RFC 4287, 4.2.7.2',
        link,
        `The relation ${shown(rel)} is not registered.`,
        'rel="related", or an address of your own',
      );
    const key = `${rel} ${type} ${hreflang}`;
    if (rel === 'alternate' && seen.has(key))
      findings.error(
        'link-twice',
        `RFC 4287, ${node.name === 'feed' ? '4.1.1' : '4.1.2'}`,
        link,
        `A second link to the same kind of page: ${href}.`,
        'another type or hreflang, or rel="related"',
      );
    seen.add(key);
  }
}

/** Texts that may be plain, HTML or XHTML (RFC 4287, 3.1). */
function lintTextConstruct(findings: Findings, node: Node, isContent: boolean): void {
  const { type = 'text' } = node.attributes;
  const section = isContent ? 'RFC 4287, 4.1.3' : 'RFC 4287, 3.1';
  if (!isContent && !['text', 'html', 'xhtml'].includes(type))
    findings.error(
      'text-type',
      'RFC 4287, 3.1.1',
      node,
      `The type ${shown(type)} is none of text, html and xhtml.`,
      'type="html"',
    );
  if (type === 'html') {
    if (node.children.length > 0)
      findings.error(
        'html-unescaped',
        `${section}.1`,
        node,
        `<${node.tag} type="html"> has elements in it: its HTML must be escaped.`,
        '&lt;p&gt;… or <![CDATA[<p>…]]>',
      );
    lintHtml(findings, node, node.text, section, hasBase(node));
  }
  if (type === 'text') {
    if (node.children.length > 0)
      findings.error(
        'text-elements',
        `${section}.1`,
        node,
        `<${node.tag}> is plain text and has elements in it.`,
        'type="xhtml" with a <div>, or type="html" and escaped',
      );
    lintPlain(findings, node, section);
  }
  if (
    type === 'xhtml' &&
    !(node.children.length === 1 && node.children[0]?.name === 'div' && node.children[0].namespace === XHTML)
  )
    findings.error(
      'xhtml-div',
      `${section}.1`,
      node,
      `<${node.tag} type="xhtml"> must have one <div> of XHTML, and nothing else.`,
      `<div xmlns="${XHTML}">…</div>`,
    );
}

/** xml:base makes relative addresses whole. */
const hasBase = (node: Node | null): boolean =>
  node !== null && (node.attributes['xml:base'] !== undefined || hasBase(node.parent));

/** Entries that a reader cannot tell apart. */
function lintTwins(findings: Findings, entries: Node[]): void {
  const known = new Map<string, Node>();
  for (const entry of entries) {
    const id = textOf(entry, 'id', ATOM);
    const first = id === null ? undefined : known.get(id);
    if (id === null) continue;
    if (!first) known.set(id, entry);
    else if (textOf(first, 'updated', ATOM) === textOf(entry, 'updated', ATOM))
      findings.error(
        'id-twice',
        'RFC 4287, 4.1.1',
        entry,
        `The id ${shown(id)} is that of the entry in line ${first.line}, with the same date.`,
        'an id of its own',
      );
    else
      findings.warning(
        'id-again',
        'RFC 4287, 4.1.1',
        entry,
        `The id ${shown(id)} is that of the entry in line ${first.line}: many readers show one of them.`,
      );
  }
}
