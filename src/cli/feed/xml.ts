import type { Element, Nodes, Root } from 'xast';
import { fromXml } from 'xast-util-from-xml';

export const ATOM = 'http://www.w3.org/2005/Atom';
export const CONTENT = 'http://purl.org/rss/1.0/modules/content/';
export const DC = 'http://purl.org/dc/elements/1.1/';
export const ITUNES = 'http://www.itunes.com/dtds/podcast-1.0.dtd';

/** An element with its namespace, and where it stands in the file. */
export interface Node {
  /** Empty for none; null for a prefix that nothing declares. */
  namespace: string | null;
  /** Without its prefix. */
  name: string;
  /** As written. */
  tag: string;
  attributes: Record<string, string>;
  children: Node[];
  /** Of the element itself, without that of elements inside. */
  text: string;
  /** From 1. */
  line: number;
  column: number;
  parent: Node | null;
}

/** Where and why a text is no XML. */
export interface Malformed {
  line: number;
  column: number;
  reason: string;
}

/** Reads XML into elements with namespaces and places. */
export function readXml(text: string): Node | Malformed {
  let root: Root;
  try {
    root = fromXml(text);
  } catch (error) {
    const { line, column, cause } = error as { line?: number; column?: number; cause?: Error };
    const reason = cause?.message.split('\n')[0]?.replace(/ \(line \d+.*$/, '') ?? 'it cannot be read';
    return { line: line ?? 1, column: column ?? 1, reason };
  }
  const element = root.children.find((child) => child.type === 'element');
  return element
    ? nodeOf(element, null, { xml: 'http://www.w3.org/XML/1998/namespace' })
    : { line: 1, column: 1, reason: 'it has no element' };
}

export const isMalformed = (read: Node | Malformed): read is Malformed => 'reason' in read;

function nodeOf(element: Element, parent: Node | null, inherited: Record<string, string>): Node {
  const attributes = Object.fromEntries(
    Object.entries(element.attributes ?? {}).map(([name, value]) => [name, value ?? '']),
  );
  const declared = Object.entries(attributes).filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'));
  const scope = declared.length === 0 ? inherited : { ...inherited };
  for (const [name, value] of declared) scope[name === 'xmlns' ? '' : name.slice(6)] = value;
  const [prefix, name] = element.name.includes(':') ? element.name.split(':', 2) : ['', element.name];
  const node: Node = {
    namespace: scope[prefix ?? ''] ?? (prefix === '' ? '' : null),
    name: name ?? '',
    tag: element.name,
    attributes,
    children: [],
    text: '',
    line: element.position?.start.line ?? 1,
    column: element.position?.start.column ?? 1,
    parent,
  };
  for (const child of element.children as Nodes[]) {
    if (child.type === 'element') node.children.push(nodeOf(child, node, scope));
    else if (child.type === 'text' || child.type === 'cdata') node.text += child.value;
  }
  return node;
}

/** Children by their name in a namespace, `''` being RSS's own. */
export function childrenOf(node: Node, name: string, namespace = ''): Node[] {
  return node.children.filter((child) => child.name === name && child.namespace === namespace);
}

/** The trimmed text of the first such child; null when there is none or it is empty. */
export function textOf(node: Node, name: string, namespace = ''): string | null {
  const text = childrenOf(node, name, namespace)[0]?.text.trim();
  return text === undefined || text === '' ? null : text;
}
