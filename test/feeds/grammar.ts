import type { Element, Root } from 'xast';
import { fromXml } from 'xast-util-from-xml';
import type { Format } from '../../src/feeds/entry.ts';

/**
 * What the formats' specifications ask, as far as structure goes: which elements may stand where and how often, and what
 * their texts and attributes look like. Gives every fault as a sentence.
 *
 * - Atom: RFC 4287 sections 3 and 4, RFC 5005 section 4, RFC 6721 section 3
 * - RSS: the specification 2.0.11 and the best practices of the RSS Advisory Board
 * - JSON Feed 1.1
 */
export function faultsOf(document: string, format: Format): string[] {
  if (format === 'json') return jsonFaults(JSON.parse(document) as Record<string, unknown>);
  const root = only(elementsOf(fromXml(document)));
  return [...namespaceFaults(root), ...(format === 'atom' ? atomFaults(root) : rssFaults(root))];
}

/** How often a child may stand: `1`, `?` at most once, `+` at least once, `*` any number. */
type Count = '1' | '?' | '+' | '*';
type Rule = (node: Element) => string[];

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
const RFC822 =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/;
const IRI = /^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]+$/i;
const WEB = /^https?:\/\/[^\s<>"{}|\\^`[\]]+$/;
const MEDIA_TYPE = /^[\w.+-]+\/[\w.+-]+$/;
const LANGUAGE = /^[a-z]{1,8}(?:-[a-z0-9]{1,8})*$/i;
const EMAIL = /^[^\s@]+@[^\s@]+$/;
const SOME = /\S/;

function namespaceFaults(root: Element): string[] {
  const declared = new Set([
    'xml',
    ...Object.keys(root.attributes).flatMap((name) => /^xmlns:(.+)$/.exec(name)?.[1] ?? []),
  ]);
  const faults: string[] = [];
  const used = new Set<string>(['xml']);
  const visit = (node: Element) => {
    for (const name of [node.name, ...Object.keys(node.attributes)]) {
      const prefix = /^([^:]+):/.exec(name)?.[1];
      if (prefix === 'xmlns' || name === 'xmlns') {
        if (node !== root) faults.push(`${node.name} declares ${name}, which belongs on the root`);
      } else if (prefix !== undefined) {
        used.add(prefix);
        if (!declared.has(prefix)) faults.push(`${name} has a prefix that is not declared`);
      }
    }
    elementsOf(node).forEach(visit);
  };
  visit(root);
  return faults;
}

/** Children by name; those with a prefix are of other specifications unless they are named here. */
function children(node: Element, counts: Record<string, Count>, rules: Record<string, Rule> = {}): string[] {
  const faults = strayText(node);
  const found = Map.groupBy(elementsOf(node), (child) => child.name);
  for (const [name, count] of Object.entries(counts)) {
    const many = found.get(name)?.length ?? 0;
    const fits = { '1': many === 1, '?': many < 2, '+': many > 0, '*': true }[count];
    if (!fits) faults.push(`${node.name} has ${many} ${name}`);
  }
  for (const [name, list] of found) {
    if (!(name in counts) && !name.includes(':')) faults.push(`${node.name} has no place for ${name}`);
    for (const child of list) faults.push(...(rules[name]?.(child) ?? []));
  }
  return faults;
}

function strayText(node: Element): string[] {
  return node.children.some((child) => child.type !== 'element' && 'value' in child && SOME.test(child.value))
    ? [`${node.name} has text among its elements`]
    : [];
}

/** An element with text alone that looks like something. */
const text =
  (pattern: RegExp, attributes: Record<string, RegExp> = {}): Rule =>
  (node) => [
    ...(elementsOf(node).length > 0 ? [`${node.name} has elements in it`] : []),
    ...(pattern.test(textOf(node)) ? [] : [`${node.name} is ${JSON.stringify(textOf(node).slice(0, 80))}`]),
    ...attributeFaults(node, attributes),
  ];

/** An element without content; attributes with `?` at their name's end may be missing. */
const empty =
  (attributes: Record<string, RegExp>): Rule =>
  (node) => [...(node.children.length > 0 ? [`${node.name} is not empty`] : []), ...attributeFaults(node, attributes)];

function attributeFaults(node: Element, expected: Record<string, RegExp>): string[] {
  const faults: string[] = [];
  const known = new Map(Object.entries(expected).map(([name, pattern]) => [name.replace('?', ''), pattern]));
  for (const [name, value] of Object.entries(node.attributes)) {
    if (name === 'xml:lang') {
      if (!LANGUAGE.test(String(value))) faults.push(`${node.name} speaks ${value}`);
    } else if (!known.has(name)) faults.push(`${node.name} has no attribute ${name}`);
    else if (!known.get(name)?.test(String(value))) faults.push(`${node.name} has ${name}="${value}"`);
  }
  for (const name of Object.keys(expected))
    if (!name.endsWith('?') && !(name in node.attributes)) faults.push(`${node.name} lacks ${name}`);
  return faults;
}

// ---- Atom

const REL = /^(?:alternate|self|hub|enclosure|related|current|prev-archive|next-archive)$/;
const link = empty({ href: IRI, 'rel?': REL, 'type?': MEDIA_TYPE, 'length?': /^\d+$/, 'title?': SOME });
const person: Rule = (node) =>
  children(node, { name: '1', uri: '?', email: '?' }, { name: text(SOME), uri: text(IRI), email: text(EMAIL) });
const MEDIA: Record<string, Rule> = {
  'media:content': (node) => [
    ...children(node, { 'media:description': '?' }),
    ...attributeFaults(node, {
      url: WEB,
      'medium?': /^(?:image|audio|video|document|executable)$/,
      'type?': MEDIA_TYPE,
      'width?': /^\d+$/,
      'height?': /^\d+$/,
      'fileSize?': /^\d+$/,
      'duration?': /^\d+$/,
    }),
  ],
  'media:thumbnail': empty({ url: WEB, 'width?': /^\d+$/, 'height?': /^\d+$/ }),
};

function atomFaults(feed: Element): string[] {
  const faults = children(
    feed,
    {
      ...{ author: '+', id: '1', title: '1', updated: '1', link: '+', entry: '*' },
      ...{ generator: '?', icon: '?', logo: '?', rights: '?', subtitle: '?', category: '*', contributor: '*' },
    },
    {
      ...{ author: person, id: text(IRI), title: text(SOME), updated: text(RFC3339), link },
      ...{ generator: text(SOME), logo: text(WEB), rights: text(SOME), subtitle: text(SOME), entry: atomEntryFaults },
      'at:deleted-entry': empty({ ref: IRI, when: RFC3339 }),
      'fh:archive': empty({}),
    },
  );
  const names = elementsOf(feed).map((child) => child.name);
  const first = names.indexOf('entry');
  if (first >= 0 && names.slice(first).some((name) => name !== 'entry')) faults.push('the head goes on after an entry');
  const ids = elementsOf(feed).flatMap((child) => (child.name === 'entry' ? elementsOf(child) : []));
  const seen = ids.filter((child) => child.name === 'id').map(textOf);
  if (new Set(seen).size !== seen.length) faults.push('two entries have one id');
  return [...faults, ...linkFaults(feed, ['self', 'alternate'])];
}

function atomEntryFaults(entry: Element): string[] {
  return [
    ...children(
      entry,
      {
        ...{ id: '1', title: '1', updated: '1', published: '?', content: '?', summary: '?', link: '+' },
        ...{ author: '*', category: '*', contributor: '*', rights: '?', source: '?' },
      },
      {
        ...{ id: text(IRI), title: text(/^/), updated: text(RFC3339), published: text(RFC3339), link, author: person },
        ...{ content: text(/^/, { type: /^html$/ }), summary: text(SOME), category: empty({ term: SOME }) },
        ...MEDIA,
      },
    ),
    ...linkFaults(entry, ['alternate']),
  ];
}

/** Section 4.1.1: no two alternates of one type. */
function linkFaults(node: Element, wanted: string[]): string[] {
  const rels = elementsOf(node).flatMap((child) => (child.name === 'link' ? [String(child.attributes.rel)] : []));
  return wanted.flatMap((rel) => {
    const many = rels.filter((one) => one === rel).length;
    return many === 1 ? [] : [`${node.name} has ${many} links ${rel}`];
  });
}

// ---- RSS

const rssLink = empty({ href: WEB, rel: REL, 'type?': MEDIA_TYPE });

function rssFaults(root: Element): string[] {
  const faults = children(root, { channel: '1' });
  if (root.attributes.version !== '2.0') faults.push(`version is ${root.attributes.version}`);
  const channel = only(elementsOf(root));
  const image: Rule = (node) =>
    children(node, { title: '1', url: '1', link: '1' }, { title: text(SOME), url: text(WEB), link: text(WEB) });
  const found = children(
    channel,
    {
      ...{ title: '1', link: '1', description: '1', item: '*', language: '?', copyright: '?', lastBuildDate: '1' },
      ...{ docs: '?', generator: '?', image: '?', cloud: '?', 'atom:link': '+' },
    },
    {
      ...{ title: text(SOME), link: text(WEB), description: text(SOME), language: text(LANGUAGE) },
      ...{ lastBuildDate: text(RFC822), docs: text(WEB), generator: text(SOME), image, item: rssItemFaults },
      cloud: empty({
        ...{ domain: SOME, port: /^\d+$/, path: /^\//, registerProcedure: /^/ },
        protocol: /^(?:http-post|xml-rpc|soap)$/,
      }),
      'atom:link': rssLink,
      'fh:archive': empty({}),
    },
  );
  const ids = elementsOf(channel).flatMap((child) => (child.name === 'item' ? elementsOf(child) : []));
  const seen = ids.filter((child) => child.name === 'guid').map(textOf);
  if (new Set(seen).size !== seen.length) faults.push('two items have one guid');
  return [...faults, ...found];
}

function rssItemFaults(item: Element): string[] {
  const names = elementsOf(item).map((child) => child.name);
  const faults = children(
    item,
    {
      ...{ title: '?', link: '1', description: '?', guid: '1', pubDate: '1', category: '*', enclosure: '?' },
      ...{ 'content:encoded': '?', 'dc:creator': '*', 'atom:updated': '?', 'atom:link': '?', 'itunes:duration': '?' },
      ...{ 'itunes:season': '?', 'itunes:episode': '?', 'itunes:episodeType': '?', 'itunes:explicit': '?' },
      ...{ 'podcast:season': '?', 'podcast:episode': '?', 'podcast:chapters': '?', 'podcast:transcript': '*' },
    },
    {
      ...{ title: text(SOME), link: text(WEB), description: text(/^/), pubDate: text(RFC822), category: text(SOME) },
      guid: text(SOME, { isPermaLink: /^(?:true|false)$/ }),
      enclosure: empty({ url: WEB, length: /^\d+$/, type: MEDIA_TYPE }),
      'dc:creator': text(SOME),
      'atom:updated': text(RFC3339),
      'atom:link': rssLink,
      'itunes:duration': text(/^\d+$/),
      'itunes:season': text(/^[1-9]\d*$/),
      'itunes:episode': text(/^[1-9]\d*$/),
      'itunes:episodeType': text(/^(?:full|trailer|bonus)$/),
      'itunes:explicit': text(/^(?:true|false)$/),
      ...MEDIA,
    },
  );
  if (!names.includes('title') && !names.includes('description'))
    faults.push('an item has neither title nor description');
  const content = names.indexOf('content:encoded');
  if (content >= 0 && !names.slice(0, content).includes('description'))
    faults.push('content:encoded stands before description');
  const guid = elementsOf(item).find((child) => child.name === 'guid');
  if (guid?.attributes.isPermaLink === 'true' && !WEB.test(textOf(guid))) faults.push('a permalink is no address');
  return faults;
}

// ---- JSON Feed

type Check = (value: unknown) => boolean;
const string: Check = (value) => typeof value === 'string';
const some: Check = (value) => typeof value === 'string' && SOME.test(value);
const web: Check = (value) => typeof value === 'string' && WEB.test(value);
const date: Check = (value) => typeof value === 'string' && RFC3339.test(value);
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) > 0;
const language: Check = (value) => typeof value === 'string' && LANGUAGE.test(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.length > 0 && value.every(check);
const author: Check = (value) => members(value, { name: some, 'url?': web, 'avatar?': web }).length === 0;
const hub: Check = (value) => members(value, { type: some, url: web }).length === 0;
const attachment: Check = (value) =>
  members(value, {
    url: web,
    mime_type: (type) => typeof type === 'string' && MEDIA_TYPE.test(type),
    'title?': some,
    'size_in_bytes?': count,
    'duration_in_seconds?': count,
  }).length === 0;

function jsonFaults(feed: Record<string, unknown>): string[] {
  const items = feed.items as Record<string, unknown>[];
  const ids = items.map((item) => item.id);
  return [
    ...members(feed, {
      version: (value) => value === 'https://jsonfeed.org/version/1.1',
      ...{ title: some, home_page_url: web, feed_url: web, items: Array.isArray, 'description?': some, 'icon?': web },
      ...{ 'authors?': listOf(author), 'language?': language, 'next_url?': web, 'hubs?': listOf(hub) },
    }),
    ...items.flatMap((item) =>
      members(item, {
        ...{ id: some, url: web, 'title?': some, 'summary?': some, 'image?': web, 'tags?': listOf(some) },
        ...{ 'external_url?': web, 'banner_image?': web },
        ...{ date_published: date, date_modified: date, 'language?': language, 'authors?': listOf(author) },
        ...{ 'content_html?': string, 'content_text?': string, 'attachments?': listOf(attachment) },
      }),
    ),
    ...items.flatMap((item) => ('content_html' in item || 'content_text' in item ? [] : ['an item has no content'])),
    ...(new Set(ids).size === ids.length ? [] : ['two items have one id']),
  ];
}

/** Members by name; what begins with an underscore is an extension. */
function members(value: unknown, checks: Record<string, Check>): string[] {
  if (typeof value !== 'object' || value === null) return ['no object'];
  const object = value as Record<string, unknown>;
  const known = new Map(Object.entries(checks).map(([name, check]) => [name.replace('?', ''), check]));
  return [
    ...Object.keys(object).flatMap((name) =>
      known.has(name) || name.startsWith('_') ? [] : [`there is no member ${name}`],
    ),
    ...[...known].flatMap(([name, check]) =>
      name in object ? (check(object[name]) ? [] : [`${name} is ${JSON.stringify(object[name])?.slice(0, 80)}`]) : [],
    ),
    ...Object.keys(checks).flatMap((name) => (name.endsWith('?') || name in object ? [] : [`${name} is missing`])),
  ];
}

// ---- trees

function elementsOf(node: Element | Root): Element[] {
  return node.children.flatMap((child) => (child.type === 'element' ? [child] : []));
}

function only(list: Element[]): Element {
  const [one] = list;
  if (!one || list.length > 1) throw new Error(`${list.length} elements where one is expected`);
  return one;
}

function textOf(node: Element): string {
  return node.children
    .map((child) => (child.type === 'element' ? textOf(child) : 'value' in child ? child.value : ''))
    .join('');
}
