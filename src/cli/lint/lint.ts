import type { Format } from '../../feeds/entry.ts';
import { ATOM, isMalformed, readXml } from '../feed/xml.ts';
import type { Fetched } from '../place.ts';
import { lintAtom, lintEntry } from './atom.ts';
import { type Finding, Findings } from './finding.ts';
import { lintJson } from './json-feed.ts';
import { placeAt } from './json-places.ts';
import { lintRss } from './rss.ts';
import { lintNamespaces } from './structure.ts';

/** What a validator says of a feed. */
export interface Verdict {
  format: Format | 'rss1' | null;
  entries: number;
  findings: Finding[];
}

/** Media types by format; the first is the right one, the others are understood. */
const TYPES: Record<Format, string[]> = {
  rss: ['application/rss+xml', 'application/xml', 'text/xml'],
  atom: ['application/atom+xml', 'application/xml', 'text/xml'],
  json: ['application/feed+json', 'application/json'],
};
const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';

/**
 * Says of a feed what a validator would.
 *
 * @param now epoch milliseconds
 */
export function lintFeed({ bytes, url, contentType }: Fetched, now: number): Verdict {
  const findings = new Findings();
  const text = decoded(bytes, contentType, findings);
  const verdict = (format: Verdict['format'], entries = 0): Verdict => {
    if (format !== null && format !== 'rss1') lintType(findings, format, contentType);
    return { format, entries, findings: findings.all.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
  };
  if (text === null) return verdict(null);
  if (/^\s*[{[]/.test(text)) {
    lintJson(findings, text, url, now);
    return verdict('json', itemsOf(text));
  }
  const root = readXml(text);
  if (isMalformed(root)) {
    const isPage = /^\s*<(?:!doctype html|html)\b/i.test(text);
    findings.error(
      'xml-syntax',
      'XML 1.0, 2.1',
      root,
      isPage ? 'This is a page of HTML, no feed.' : `This is no well-formed XML: ${root.reason}.`,
      isPage ? 'the address in its <link rel="alternate">' : /reference/.test(root.reason) ? '&amp;' : undefined,
    );
    return verdict(null);
  }
  if (root.namespace === RDF || root.children.some(({ namespace }) => namespace === 'http://purl.org/rss/1.0/')) {
    findings.error(
      'format-unsupported',
      'RSS 1.0',
      root,
      'This is RSS 1.0, which is not checked here and read by few.',
      'RSS 2.0 or Atom',
    );
    return verdict('rss1');
  }
  if (/<!DOCTYPE/i.test(text.slice(0, 2000)))
    findings.warning(
      'doctype',
      'RSS profile',
      root,
      'The document has a DOCTYPE, which feeds have no need of.',
      'leave it out',
    );
  lintNamespaces(findings, root);
  if (root.name === 'rss' && root.namespace === '') {
    lintRss(findings, root, url, now);
    return verdict(
      'rss',
      root.children.flatMap(({ children }) => children).filter(({ name }) => name === 'item').length,
    );
  }
  if (root.namespace === ATOM && root.name === 'feed') {
    lintAtom(findings, root, url, now);
    return verdict('atom', root.children.filter(({ name }) => name === 'entry').length);
  }
  if (root.namespace === ATOM && root.name === 'entry') {
    lintEntry(findings, root, false, now);
    return verdict('atom', 1);
  }
  const old = root.name === 'feed' ? ' Its namespace is none, or that of Atom 0.3.' : '';
  findings.error(
    'feed-none',
    'RSS 2.0, RFC 4287',
    root,
    `<${root.tag}> begins no feed.${old}`,
    `<rss version="2.0"> or <feed xmlns="${ATOM}">`,
  );
  return verdict(null);
}

function itemsOf(text: string): number {
  try {
    return (JSON.parse(text) as { items?: unknown[] }).items?.length ?? 0;
  } catch {
    return 0;
  }
}

/** The text of a document by its own declaration; null when it is not in that encoding. */
function decoded(bytes: Uint8Array, contentType: string | null, findings: Findings): string | null {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 200));
  const declared = /^(?:\u00ef\u00bb\u00bf)?<\?xml[^>]*encoding\s*=\s*["']([\w-]+)["']/.exec(head)?.[1];
  const served = /charset\s*=\s*"?([\w-]+)/i.exec(contentType ?? '')?.[1];
  const encoding = served ?? declared ?? 'utf-8';
  const start = { line: 1, column: 1 };
  if (served && declared && served.toLowerCase() !== declared.toLowerCase())
    findings.warning(
      'encoding-differs',
      'RFC 7303, 3',
      start,
      `It is served as ${served} and says ${declared}.`,
      'UTF-8 in both places',
    );
  if (!/^utf-?8$/i.test(encoding))
    findings.warning(
      'encoding-other',
      'RSS profile',
      start,
      `It is in ${encoding}; not every reader knows that.`,
      'UTF-8',
    );
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    const sound = soundLength(bytes, encoding);
    const place =
      sound === null
        ? start
        : placeAt(new TextDecoder(encoding).decode(bytes.subarray(0, sound)), Number.POSITIVE_INFINITY);
    findings.error('encoding-wrong', 'XML 1.0, 4.3.3', place, `These bytes are not ${encoding}.`, 'save it as UTF-8');
    return null;
  }
}

/** Bytes before the first that the encoding does not have; null where the encoding itself is not known. */
function soundLength(bytes: Uint8Array, encoding: string): number | null {
  let [low, high] = [0, bytes.length];
  try {
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const text = new TextDecoder(encoding).decode(bytes.subarray(0, middle), { stream: true });
      if (text.includes('\ufffd')) high = middle - 1;
      else low = middle;
    }
    return low;
  } catch {
    return null;
  }
}

function lintType(findings: Findings, format: Format, contentType: string | null): void {
  if (contentType === null) return;
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  const [right = '', ...others] = TYPES[format];
  if (type === right || others.includes(type)) return;
  findings.warning(
    'type-unexpected',
    'RFC 9110, 8.3',
    null,
    `It is served as ${type === '' ? 'nothing' : type}; readers and browsers may not take it for a feed.`,
    `Content-Type: ${right}`,
  );
}
