import sanitizeHtml from 'sanitize-html';
import { OPENED, resolveAddress, resolvePicture, watchAddress } from './links.ts';

/**
 * Elements that feed readers show. Everything else loses its tags and keeps its text. The most frequent come first: the
 * list is searched several times for each tag and text.
 */
export const TAGS =
  `p a li strong em code b td h2 h3 br img tr i th ul span div pre ol blockquote table thead tbody figure figcaption
  h4 h5 h6 h1 hr del sup sub u s dt dd dl abbr address article aside audio bdi caption center cite col colgroup data
  details dfn footer header ins kbd main mark picture q rp rt ruby samp section small source strike summary tfoot time
  track tt var video wbr`.split(/\s+/);

/** Elements whose text is not for readers. */
const SILENT = `script style textarea option xmp noscript noembed noframes template title head select button applet svg
  canvas datalist`.split(/\s+/);

export const ATTRIBUTES: Record<string, string[]> = {
  '*': ['dir', 'lang', 'title'],
  a: ['id', 'href', 'rel'],
  abbr: ['title'],
  audio: ['src', 'controls', 'loop', 'muted'],
  blockquote: ['cite'],
  code: ['class'],
  col: ['span'],
  colgroup: ['span'],
  data: ['value'],
  del: ['datetime', 'cite'],
  details: ['open'],
  img: ['src', 'srcset', 'sizes', 'alt', 'width', 'height'],
  ins: ['datetime', 'cite'],
  li: ['id', 'value'],
  ol: ['start', 'reversed', 'type'],
  q: ['cite'],
  sup: ['id'],
  source: ['src', 'srcset', 'sizes', 'type', 'media'],
  td: ['colspan', 'rowspan', 'align'],
  th: ['colspan', 'rowspan', 'align', 'scope'],
  time: ['datetime'],
  track: ['src', 'kind', 'srclang', 'label'],
  video: ['src', 'controls', 'loop', 'muted', 'poster', 'width', 'height'],
};

export const VOID = ['img', 'br', 'hr', 'wbr', 'source', 'track', 'col'];

/** Schemes that addresses have once they were resolved; `data` is only left in pictures. */
export const SCHEMES = [...OPENED].map((scheme) => scheme.slice(0, -1)).concat('data');

/** Readers show footnotes by these. Other names would be the reader's own page's. */
const FOOTNOTE = /^fn(?:ref)?[\w:-]*$/;

/** Deeper than any text; what is nested further is flattened. */
const MAX_DEPTH = 400;

/** What stands nowhere but in a table: elsewhere browsers drop the tag, and validators object to it. */
const TABLE_PARTS = ['caption', 'col', 'colgroup', 'tbody', 'td', 'tfoot', 'th', 'thead', 'tr'];

/** How the addresses of a text become absolute ones. */
export interface Links {
  /** The article's address, which relative ones are resolved against. */
  base: string;
  /** Where a link leads; null when nobody may follow it. */
  link: (href: string) => string | null;
  /** A picture that is not shown, absolute. */
  without?: string | undefined;
}

/**
 * HTML that any feed reader may show: an allow-list of elements and attributes, absolute addresses, no program, no form,
 * no tracking picture. Frames become links.
 */
export function sanitize(html: string, { base, link, without }: Links): string {
  const absolute = (attribs: sanitizeHtml.Attributes, name: string, resolve = resolveAddress) => {
    const value = attribs[name];
    if (value === undefined) return;
    const url = resolve(value, base);
    if (url === null) delete attribs[name];
    else attribs[name] = url;
  };
  let tables = 0;
  const inTable: sanitizeHtml.Transformer = (tagName, attribs) => {
    if (tables === 0) return { tagName: 'span', attribs };
    return tagName === 'td' || tagName === 'th' ? placed(tagName, attribs) : { tagName, attribs };
  };
  return sanitizeHtml(flattened(html), {
    allowedTags: TAGS,
    allowedAttributes: ATTRIBUTES,
    nonTextTags: SILENT,
    selfClosing: VOID,
    nestingLimit: MAX_DEPTH,
    allowedClasses: { code: ['language-*'] },
    // A second net: every address was already resolved and looked at.
    allowedSchemes: SCHEMES,
    allowProtocolRelative: false,
    onOpenTag: (name) => {
      if (name === 'table') tables++;
    },
    onCloseTag: (name) => {
      if (name === 'table') tables--;
    },
    transformTags: {
      ...Object.fromEntries(TABLE_PARTS.map((part) => [part, inTable])),
      a: (tagName, attribs) => {
        absolute(attribs, 'href', link);
        return named(tagName, attribs);
      },
      iframe: frameToLink(base),
      embed: frameToLink(base),
      img: (tagName, attribs) => {
        lazySource(attribs);
        absolute(attribs, 'src', resolvePicture);
        absoluteSet(attribs, base);
        if (isTracker(attribs)) delete attribs.src;
        leaveOut(attribs, without);
        return { tagName, attribs };
      },
      source: (tagName, attribs) => {
        absolute(attribs, 'src', resolvePicture);
        absoluteSet(attribs, base);
        leaveOut(attribs, without);
        return { tagName, attribs };
      },
      video: (tagName, attribs) => {
        const shown = media(absolute)(tagName, attribs);
        leaveOut(shown.attribs, without);
        return shown;
      },
      audio: media(absolute),
      track: (tagName, attribs) => {
        absolute(attribs, 'src');
        return { tagName, attribs };
      },
      blockquote: cited(absolute),
      q: cited(absolute),
      ins: cited(absolute),
      del: cited(absolute),
      // Its direction is kept; validators take the element itself for a danger.
      bdo: (_, attribs) => ({ tagName: 'span', attribs }),
      li: named,
      sup: named,
    },
    exclusiveFilter: ({ tag, attribs }) => tag === 'img' && !attribs.src,
  });
}

/** Takes a picture's address from where a reader would load it. */
function leaveOut(attribs: sanitizeHtml.Attributes, address: string | undefined): void {
  if (address === undefined) return;
  for (const name of ['src', 'poster']) if (attribs[name] === address) delete attribs[name];
  if (attribs.srcset?.includes(address)) delete attribs.srcset;
}

const TAG = /<(\/?)([a-z][a-z0-9]*)/gi;

/** Elements that end where the next of their kind begins, or that have no end. */
const UNNESTED = new Set(
  'p li dt dd td th tr tbody thead tfoot option img br hr wbr source track col input meta link'.split(' '),
);

/** Fewer tags cannot be nested too deep. */
const FEW_TAGS = 2 * MAX_DEPTH;

/** Shows the tags of elements nested too deep as text: a parser takes the square of the depth for them. */
function flattened(html: string): string {
  let tags = 0;
  for (let at = html.indexOf('<'); at >= 0 && tags <= FEW_TAGS; at = html.indexOf('<', at + 1)) tags++;
  if (tags <= FEW_TAGS) return html;
  let depth = 0;
  return html.replace(TAG, (tag, slash: string, name: string) => {
    if (UNNESTED.has(name.toLowerCase())) return tag;
    depth = Math.max(0, depth + (slash ? -1 : 1));
    return depth > FEW_TAGS ? `&lt;${tag.slice(1)}` : tag;
  });
}

type Resolve = (attribs: sanitizeHtml.Attributes, name: string) => void;

function cited(absolute: Resolve): sanitizeHtml.Transformer {
  return (tagName, attribs) => {
    absolute(attribs, 'cite');
    return { tagName, attribs };
  };
}

function named(tagName: string, attribs: sanitizeHtml.Attributes): sanitizeHtml.Tag {
  if (attribs.id !== undefined && !FOOTNOTE.test(attribs.id)) delete attribs.id;
  return { tagName, attribs };
}

/** A table's cells keep their place; other styles are the reader's to choose. */
function placed(tagName: string, attribs: sanitizeHtml.Attributes): sanitizeHtml.Tag {
  const place = /(?:^|;)\s*text-align\s*:\s*(left|center|right)/i.exec(attribs.style ?? '')?.[1];
  if (place) attribs.align = place.toLowerCase();
  return { tagName, attribs };
}

/** Players start only when they are asked to. */
function media(absolute: Resolve): sanitizeHtml.Transformer {
  return (tagName, attribs) => {
    absolute(attribs, 'src');
    absolute(attribs, 'poster');
    return { tagName, attribs: { ...attribs, controls: '' } };
  };
}

/** What a frame shows, as a link to it. */
function frameToLink(base: string): sanitizeHtml.Transformer {
  return (_, attribs) => {
    const url = resolveAddress(attribs.src ?? attribs['data-src'] ?? '', base);
    if (!attribs.src || !url || !/^https?:/.test(url)) return { tagName: 'span', attribs: {}, text: '' };
    const href = watchAddress(url);
    return { tagName: 'a', attribs: { href }, text: attribs.title?.trim() || href };
  };
}

/** Pictures that load late keep their address elsewhere until a script comes. */
function lazySource(attribs: sanitizeHtml.Attributes): void {
  const late = attribs['data-src'] ?? attribs['data-original'] ?? attribs['data-lazy-src'];
  if (late && (!attribs.src || attribs.src.startsWith('data:'))) attribs.src = late;
  const set = attribs['data-srcset'] ?? attribs['data-lazy-srcset'];
  if (set && !attribs.srcset) attribs.srcset = set;
}

/** Characters; an address and a width for each screen are far fewer. */
const MAX_SET = 20_000;

const CANDIDATE = /\s*([^\s,]\S*[^\s,]|[^\s,])(?:\s+(\d+(?:\.\d+)?[wx]))?\s*(?:,|$)/g;

function absoluteSet(attribs: sanitizeHtml.Attributes, base: string): void {
  if (attribs.srcset === undefined) return;
  if (attribs.srcset.length > MAX_SET) {
    delete attribs.srcset;
    return;
  }
  const candidates: string[] = [];
  for (const [, address = '', size] of attribs.srcset.matchAll(CANDIDATE)) {
    const url = resolveAddress(address, base);
    if (url && /^https?:/.test(url))
      candidates.push(size ? `${url.replaceAll(',', '%2C')} ${size}` : url.replaceAll(',', '%2C'));
  }
  if (candidates.length > 0) attribs.srcset = candidates.join(', ');
  else delete attribs.srcset;
}

const TRACKERS =
  /(?:^|\.)(?:feedburner\.com|feeds\.feedburner\.com|doubleclick\.net|google-analytics\.com|scorecardresearch\.com|quantserve\.com|pixel\.wp\.com|stats\.wordpress\.com)$|^(?:pixel|track|tracking|beacon)\./;

/** A picture that nobody sees, which only tells somebody that the article was opened. */
function isTracker(attribs: sanitizeHtml.Attributes): boolean {
  const tiny = (size: string | undefined) => /^\s*[01](?:px)?\s*$/.test(size ?? '');
  if (tiny(attribs.width) || tiny(attribs.height)) return true;
  if (
    /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|$))/i.test(
      attribs.style ?? '',
    )
  )
    return true;
  return URL.canParse(attribs.src ?? '') && TRACKERS.test(new URL(attribs.src ?? '').hostname);
}
