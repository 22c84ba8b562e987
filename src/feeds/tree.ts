import type { Element, ElementContent, Root } from 'xast';
import { fromXml } from 'xast-util-from-xml';
import { type Raw, toXml } from 'xast-util-to-xml';
import { x } from 'xastscript';

/**
 * The serializer writes `&#x26;` and `&#x3C;` and leaves `>` alone. The RSS profile wants `&#x3E;` in plain text, and
 * XML itself wants `]]>` to be broken up (section 2.4), so that sign is a piece of its own.
 *
 * @see https://www.rssboard.org/rss-profile#data-types-characterdata
 */
const GREATER: Raw = { type: 'raw', value: '&#x3E;' };

/** An element whose attributes without a value are left out. */
export function element(
  name: string,
  attributes: Record<string, string | number | null | undefined>,
  ...children: ElementContent[]
): Element {
  return x(name, attributes, children);
}

/** Nodes of a text that no reader takes for markup. The text must be `sound`. */
export function plain(text: string): ElementContent[] {
  const parts = text.split('>');
  return parts.flatMap((value, at) => (at === 0 ? [{ type: 'text', value }] : [GREATER, { type: 'text', value }]));
}

/**
 * Nodes of a body in HTML: CDATA, which is a sixth smaller than escaped markup and costs nothing to write. `]]>` ends a
 * section, so it is cut in two. The text must be `sound`.
 */
export function body(html: string): ElementContent[] {
  const parts = html.split(']]>');
  return parts.map((part, at) => ({
    type: 'cdata',
    value: `${at === 0 ? '' : '>'}${part}${at === parts.length - 1 ? '' : ']]'}`,
  }));
}

/** The first child element of a name. */
export function child(parent: Element | Root, name: string): Element | undefined {
  return elements(parent).find((node) => node.name === name);
}

/** Child elements without the white space between them. */
export function elements(parent: Element | Root): Element[] {
  return parent.children.flatMap((node) => (node.type === 'element' ? [node] : []));
}

/** The root element of what `feed` wrote, or the element at a path of names below it. */
export function written(xml: string, ...path: string[]): Element {
  let at: Element | Root = fromXml(xml);
  for (const name of path) {
    const next = child(at, name);
    if (next === undefined) throw new Error(`feed wrote no ${path.join('/')}`);
    at = next;
  }
  return at as Element;
}

/** Puts each child on a line of its own. */
export function lines(children: ElementContent[]): ElementContent[] {
  const end = piece('\n');
  return [end, ...children.flatMap((node) => [node, end])];
}

/** The one place where a tree becomes XML. Raw nodes are this module's own: one sign, and whole pieces. */
export function serialize(tree: Element | Root): string {
  return toXml(tree, { allowDangerousXml: true, closeEmptyElements: true, tightClose: true });
}

/** A piece that {@link serialize} made, to be placed in another tree as it is. */
export function piece(xml: string): Raw {
  return { type: 'raw', value: xml };
}

/** A document of one root element, with its XML declaration. */
export function xmlDocument(root: Element): string {
  const declaration = { type: 'instruction', name: 'xml', value: 'version="1.0" encoding="utf-8"' } as const;
  const end = { type: 'text', value: '\n' } as const;
  return serialize({ type: 'root', children: [declaration, end, root, end] });
}
