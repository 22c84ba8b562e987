import { ATOM, CONTENT, childrenOf, DC, ITUNES, type Node, textOf } from '../feed/xml.ts';
import { type Findings, shown } from './finding.ts';
import { lintHtml, lintPlain } from './markup.ts';
import { type Count, lintAttribute, lintChildren, lintText } from './structure.ts';
import { type Fault, isoDate, language, mediaType, rssDate, webAddress, wholeNumber } from './values.ts';

const CHANNEL: Record<string, Count> = {
  title: '1',
  link: '1',
  description: '1',
  language: '?',
  copyright: '?',
  managingEditor: '?',
  webMaster: '?',
  pubDate: '?',
  lastBuildDate: '?',
  category: '*',
  generator: '?',
  docs: '?',
  cloud: '?',
  ttl: '?',
  image: '?',
  rating: '?',
  textInput: '?',
  skipHours: '?',
  skipDays: '?',
  item: '*',
};
const ITEM: Record<string, Count> = {
  title: '?',
  link: '?',
  description: '?',
  author: '?',
  category: '*',
  comments: '?',
  enclosure: '*',
  guid: '?',
  pubDate: '?',
  source: '?',
};
const IMAGE: Record<string, Count> = { url: '1', title: '1', link: '1', width: '?', height: '?', description: '?' };
const DAYS = new Set('Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' '));

/** Where the specification of RSS 2.0 says it; the profile is that of the RSS Advisory Board. */
const spec = (name: string) => `RSS 2.0, <${name}>`;
const PROFILE = 'RSS profile';

/** What RSS 2.0 asks, from its root. */
export function lintRss(findings: Findings, root: Node, address: string | null, now: number): void {
  const { version } = root.attributes;
  if (version === undefined)
    findings.error('version-missing', spec('rss'), root, '<rss> has no version.', '<rss version="2.0">');
  else if (version !== '2.0')
    findings.warning('version-old', spec('rss'), root, `The version ${shown(version)} is an old one.`, 'version="2.0"');
  const [channel, second] = childrenOf(root, 'channel');
  if (!channel) {
    findings.error('element-missing', spec('rss'), root, '<rss> has no <channel>.', '<channel>…</channel>');
    return;
  }
  if (second)
    findings.error('element-twice', spec('rss'), second, '<rss> has a second <channel>.', 'a feed of its own');
  for (const item of childrenOf(root, 'item'))
    findings.error('item-misplaced', spec('item'), item, 'The item stands outside of <channel>.', 'move it inside');
  lintChannel(findings, channel, address, now);
  const items = childrenOf(channel, 'item');
  for (const item of items) lintItem(findings, item, now);
  lintTwins(findings, items);
  if (Object.values(root.attributes).includes(ITUNES)) lintPodcast(findings, channel, items);
}

function lintChannel(findings: Findings, channel: Node, address: string | null, now: number): void {
  lintChildren(findings, channel, '', CHANNEL, spec);
  each(channel, 'title', (node) => lintText(findings, node, spec('title'), () => null));
  each(channel, 'title', (node) => lintPlain(findings, node, PROFILE));
  each(channel, 'link', (node) => lintText(findings, node, spec('link'), webAddress));
  each(channel, 'language', (node) => lintText(findings, node, spec('language'), language));
  for (const name of ['pubDate', 'lastBuildDate'])
    each(channel, name, (node) => lintText(findings, node, spec(name), (text) => rssDate(text, now)));
  for (const name of ['managingEditor', 'webMaster'])
    each(channel, name, (node) => lintText(findings, node, spec(name), contact));
  each(channel, 'docs', (node) => lintText(findings, node, spec('docs'), webAddress));
  each(channel, 'ttl', (node) => lintText(findings, node, spec('ttl'), wholeNumber));
  each(channel, 'image', (node) => lintImage(findings, node, channel));
  each(channel, 'textInput', (node) =>
    findings.warning(
      'element-unused',
      `${PROFILE}, textInput`,
      node,
      'Readers do not show <textInput>.',
      'leave it out',
    ),
  );
  each(channel, 'cloud', (node) => {
    for (const name of ['domain', 'port', 'path', 'registerProcedure', 'protocol'])
      lintAttribute(findings, node, name, spec('cloud'), () => null);
  });
  each(channel, 'skipHours', (node) => {
    for (const hour of childrenOf(node, 'hour'))
      lintText(findings, hour, spec('skipHours'), (text) =>
        /^(?:\d|1\d|2[0-3])$/.test(text)
          ? null
          : { severity: 'error', code: 'hour-invalid', message: `${shown(text)} is no hour from 0 to 23.` },
      );
  });
  each(channel, 'skipDays', (node) => {
    for (const day of childrenOf(node, 'day'))
      lintText(findings, day, spec('skipDays'), (text) =>
        DAYS.has(text)
          ? null
          : { severity: 'error', code: 'day-invalid', message: `${shown(text)} is no day such as Monday.` },
      );
  });
  const self = childrenOf(channel, 'link', ATOM).find(({ attributes }) => attributes.rel === 'self');
  if (!self)
    findings.warning(
      'self-missing',
      `${PROFILE}, atom:link`,
      channel,
      'The feed does not say where it is.',
      `<atom:link rel="self" type="application/rss+xml" href="${address ?? 'https://…/rss.xml'}"/> with xmlns:atom="${ATOM}"`,
    );
  else if (address !== null && self.attributes.href !== address)
    findings.warning(
      'self-elsewhere',
      `${PROFILE}, atom:link`,
      self,
      `The feed says that it is at ${self.attributes.href}, and came from ${address}.`,
    );
  for (const link of childrenOf(channel, 'link', ATOM))
    lintAttribute(findings, link, 'href', 'RFC 4287, 4.2.7', webAddress);
}

function lintImage(findings: Findings, image: Node, channel: Node): void {
  lintChildren(findings, image, '', IMAGE, () => spec('image'));
  for (const name of ['url', 'link']) each(image, name, (node) => lintText(findings, node, spec('image'), webAddress));
  for (const [name, most] of [
    ['width', 144],
    ['height', 400],
  ] as const)
    each(image, name, (node) =>
      lintText(
        findings,
        node,
        spec('image'),
        (text) =>
          wholeNumber(text) ??
          (Number(text) > most
            ? { severity: 'error', code: 'image-large', message: `The ${name} of the picture is more than ${most}.` }
            : null),
      ),
    );
  const [title, wanted] = [textOf(image, 'title'), textOf(channel, 'title')];
  if (title !== null && wanted !== null && title !== wanted)
    findings.warning(
      'image-title',
      `${PROFILE}, image`,
      image,
      'The picture has another title than the feed.',
      `<title>${wanted}</title>`,
    );
  const [link, page] = [textOf(image, 'link'), textOf(channel, 'link')];
  if (link !== null && page !== null && link !== page)
    findings.warning(
      'image-link',
      `${PROFILE}, image`,
      image,
      'The picture leads to another page than the feed.',
      `<link>${page}</link>`,
    );
}

function lintItem(findings: Findings, item: Node, now: number): void {
  lintChildren(findings, item, '', ITEM, spec);
  if (textOf(item, 'title') === null && textOf(item, 'description') === null)
    findings.error(
      'item-empty',
      spec('item'),
      item,
      'The item has neither a title nor a description.',
      '<title>…</title>',
    );
  each(item, 'title', (node) => lintPlain(findings, node, `${PROFILE}, title`));
  each(item, 'link', (node) => lintText(findings, node, spec('link'), webAddress));
  each(item, 'comments', (node) => lintText(findings, node, spec('comments'), webAddress));
  each(item, 'pubDate', (node) => lintText(findings, node, spec('pubDate'), (text) => rssDate(text, now)));
  each(item, 'author', (node) => lintText(findings, node, spec('author'), contact));
  each(item, 'source', (node) => lintAttribute(findings, node, 'url', spec('source'), webAddress));
  each(item, 'description', (node) => lintDescription(findings, node));
  for (const node of childrenOf(item, 'encoded', CONTENT))
    lintHtml(findings, node, node.text, 'content:encoded', false);
  for (const node of childrenOf(item, 'date', DC))
    lintText(findings, node, 'Dublin Core, dc:date', (text) => isoDate(text, now));
  lintOrder(findings, item);
  lintGuid(findings, item);
  const enclosures = childrenOf(item, 'enclosure');
  for (const enclosure of enclosures) {
    lintAttribute(findings, enclosure, 'url', spec('enclosure'), (text) =>
      /^https?:\/\//i.test(text)
        ? webAddress(text)
        : {
            severity: 'error',
            code: 'enclosure-address',
            message: `The enclosure is at ${shown(text)}, which is no address of the web.`,
          },
    );
    lintAttribute(
      findings,
      enclosure,
      'length',
      spec('enclosure'),
      (text) =>
        wholeNumber(text) && {
          severity: 'error',
          code: 'enclosure-length',
          message: 'The length is not a whole number of bytes.',
          mend: 'length="0" where nobody knows it',
        },
    );
    lintAttribute(findings, enclosure, 'type', spec('enclosure'), mediaType);
  }
  if (enclosures[1])
    findings.warning(
      'enclosure-twice',
      `${PROFILE}, enclosure`,
      enclosures[1],
      'The item has several enclosures; most readers play one.',
      '<media:content …/>',
    );
  for (const [ours, other, namespace] of [
    ['author', 'creator', DC],
    ['pubDate', 'date', DC],
  ] as const) {
    const [twin] = childrenOf(item, other, namespace);
    if (childrenOf(item, ours).length > 0 && twin)
      findings.warning('said-twice', PROFILE, twin, `<${ours}> and <${twin.tag}> say the same.`, 'leave one');
  }
}

function lintDescription(findings: Findings, node: Node): void {
  if (node.children.length > 0)
    findings.error(
      'html-unescaped',
      spec('description'),
      node,
      '<description> has elements in it: its HTML must be escaped.',
      '&lt;p&gt;… or <![CDATA[<p>…]]>',
    );
  lintHtml(findings, node, node.text, `${PROFILE}, description`, false);
}

/** Readers that take the first text take the long one. */
function lintOrder(findings: Findings, item: Node): void {
  const at = item.children.findIndex(({ name, namespace }) => name === 'encoded' && namespace === CONTENT);
  const description = item.children.findIndex(({ name, namespace }) => name === 'description' && namespace === '');
  const encoded = item.children[at];
  if (encoded && description > at)
    findings.warning(
      'content-first',
      `${PROFILE}, content:encoded`,
      encoded,
      '<content:encoded> stands before <description>.',
      'the description first',
    );
}

function lintGuid(findings: Findings, item: Node): void {
  const [guid] = childrenOf(item, 'guid');
  if (!guid) {
    findings.warning(
      'guid-missing',
      `${PROFILE}, guid`,
      item,
      'The item has no guid: readers show it again when its title or address changes.',
      '<guid isPermaLink="false">…</guid>',
    );
    return;
  }
  const { isPermaLink = 'true' } = guid.attributes;
  if (isPermaLink !== 'true' && isPermaLink !== 'false')
    findings.error(
      'guid-attribute',
      spec('guid'),
      guid,
      `isPermaLink is ${shown(isPermaLink)}; it is true or false.`,
      'isPermaLink="false"',
    );
  lintText(findings, guid, spec('guid'), (text) =>
    isPermaLink === 'true' && !/^https?:\/\/\S+$/.test(text)
      ? {
          severity: 'error',
          code: 'guid-address',
          message: `The guid ${shown(text)} is no address, and does not say so.`,
          mend: `<guid isPermaLink="false">${text}</guid>`,
        }
      : null,
  );
}

function lintTwins(findings: Findings, items: Node[]): void {
  const known = new Map<string, Node>();
  for (const item of items) {
    const guid = textOf(item, 'guid');
    const first = guid === null ? undefined : known.get(guid);
    if (guid !== null && !first) known.set(guid, item);
    if (first)
      findings.error(
        'id-twice',
        spec('guid'),
        item,
        `The guid ${shown(guid ?? '')} is that of the item in line ${first.line}: readers show one of them.`,
        'a guid of its own',
      );
  }
}

/** What Apple asks of a podcast. */
function lintPodcast(findings: Findings, channel: Node, items: Node[]): void {
  if (!items.some((item) => childrenOf(item, 'enclosure').length > 0)) return;
  const rule = 'Apple Podcasts requirements';
  for (const name of ['image', 'category', 'explicit'])
    if (childrenOf(channel, name, ITUNES).length === 0)
      findings.warning(
        'podcast-missing',
        rule,
        channel,
        `A podcast needs <itunes:${name}>.`,
        name === 'image'
          ? '<itunes:image href="https://…"/>'
          : name === 'explicit'
            ? '<itunes:explicit>false</itunes:explicit>'
            : '<itunes:category text="News"/>',
      );
  for (const node of [channel, ...items].flatMap((one) => childrenOf(one, 'explicit', ITUNES)))
    lintText(findings, node, rule, (text) =>
      /^(?:true|false|yes|no|clean|explicit)$/i.test(text)
        ? null
        : {
            severity: 'error',
            code: 'podcast-explicit',
            message: `${shown(text)} is neither true nor false.`,
            mend: 'false',
          },
    );
  for (const node of items.flatMap((item) => childrenOf(item, 'duration', ITUNES)))
    lintText(findings, node, rule, (text) =>
      /^(?:\d+|(?:\d+:)?[0-5]?\d:[0-5]\d)$/.test(text)
        ? null
        : {
            severity: 'error',
            code: 'podcast-duration',
            message: `${shown(text)} is no duration.`,
            mend: 'seconds, or 1:02:03',
          },
    );
  for (const node of [channel, ...items].flatMap((one) => childrenOf(one, 'image', ITUNES)))
    lintAttribute(findings, node, 'href', rule, webAddress);
}

/** `desk@site.example (The Desk)`. */
function contact(text: string): Fault | null {
  if (/^[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>()]+ \([^()]+\)$/.test(text)) return null;
  if (/^[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>()]+$/.test(text))
    return {
      severity: 'warning',
      code: 'contact-name',
      message: `${shown(text)} has no name.`,
      mend: `${text} (Name)`,
    };
  return {
    severity: 'error',
    code: 'contact-invalid',
    message: `${shown(text)} has no mail address.`,
    mend: `<dc:creator>${text}</dc:creator> with xmlns:dc="${DC}"`,
  };
}

function each(node: Node, name: string, look: (child: Node) => void): void {
  for (const child of childrenOf(node, name)) look(child);
}
