import type { Element, ElementContent, Literal, Nodes, Root } from 'xast';
import { x } from 'xastscript';

/** XML that {@link serialize} made, placed in another tree as it is. */
interface Piece extends Literal {
  type: 'piece';
}

declare module 'xast' {
  interface ElementContentMap {
    piece: Piece;
  }
  interface RootContentMap {
    piece: Piece;
  }
  interface TextData {
    /** Written with numeric character references. */
    numeric?: true;
  }
}

/** An element whose attributes without a value are left out. */
export function element(
  name: string,
  attributes: Record<string, string | number | null | undefined>,
  ...children: ElementContent[]
): Element {
  return x(name, attributes, children);
}

/** The meta element of a page, in its own namespace: what aggregators have long taken for their copies of a feed. */
export function unindexed(): Element {
  return element('xhtml:meta', { 'xmlns:xhtml': 'http://www.w3.org/1999/xhtml', name: 'robots', content: 'noindex' });
}

/** A text. It must be `sound`, as every text that goes into a tree. */
export function text(value: string): ElementContent {
  return { type: 'text', value };
}

/**
 * A plain text of RSS, where readers differ in what they take for markup: numeric references are what most of them show
 * as written.
 *
 * @see https://www.rssboard.org/rss-profile#data-types-characterdata
 */
export function plain(value: string): ElementContent {
  return { type: 'text', value, data: { numeric: true } };
}

/** A body in HTML. CDATA is a sixth smaller than escaped markup and costs nothing to write. */
export function body(html: string): ElementContent {
  return { type: 'cdata', value: html };
}

/** See {@link Piece}. */
export function piece(xml: string): ElementContent {
  return { type: 'piece', value: xml };
}

/** Puts each child on a line of its own. */
export function lines(children: ElementContent[]): ElementContent[] {
  const end = piece('\n');
  return [end, ...children.flatMap((node) => [node, end])];
}

/** Child elements without the white space between them. */
export function elements(parent: Element | Root): Element[] {
  return parent.children.flatMap((node) => (node.type === 'element' ? [node] : []));
}

/** The first child element of a name. */
export function child(parent: Element | Root, name: string): Element | undefined {
  return elements(parent).find((node) => node.name === name);
}

const NAMED: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const NUMERIC: Record<string, string> = { '&': '&#x26;', '<': '&#x3C;', '>': '&#x3E;' };

/**
 * The one place where a tree becomes XML. Our own for the named references: some readers know the five of XML and no
 * number, and addresses must reach those too.
 *
 * @see https://www.w3.org/TR/xml/#syntax
 */
export function serialize(node: Nodes): string {
  switch (node.type) {
    case 'piece':
      return node.value;
    case 'text': {
      const references = node.data?.numeric ? NUMERIC : NAMED;
      return node.value.replace(/[&<>]/g, (sign) => references[sign] ?? sign);
    }
    case 'cdata':
      // `]]>` would end the section (section 2.7), so it is cut in two.
      return `<![CDATA[${node.value.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
    case 'element':
      return node.children.length === 0 ? `${opened(node)}/>` : `${opened(node)}>${inside(node)}</${node.name}>`;
    case 'root':
      return inside(node);
    default:
      throw new TypeError(`a feed has no ${node.type}`);
  }
}

function opened({ name, attributes }: Element): string {
  let start = `<${name}`;
  for (const [key, value] of Object.entries(attributes))
    if (value != null) start += ` ${key}="${value.replace(/[&<>"]/g, (sign) => NAMED[sign] ?? sign)}"`;
  return start;
}

function inside(node: Element | Root): string {
  let xml = '';
  for (const part of node.children) xml += serialize(part);
  return xml;
}

const DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n';

/** A document of one root element, with its XML declaration. */
export function xmlDocument(root: Element): string {
  return `${DECLARATION}${serialize(root)}\n`;
}

/**
 * The same up to where more is to stand in the innermost of some elements, after its own children, and from there on. Each
 * element but the root is put in the one before it, on a line of its own.
 */
export function xmlFrame(root: Element, ...path: Element[]): { before: string; after: string } {
  const all = [root, ...path];
  const open = all.map((node) => `${opened(node)}>`).join('\n');
  const close = all.map((node) => `</${node.name}>`).reverse();
  return { before: `${DECLARATION}${open}${inside(all.at(-1) ?? root)}`, after: `${close.join('\n')}\n` };
}
