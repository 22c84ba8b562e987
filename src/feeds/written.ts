import type { Element, Root } from 'xast';
import { fromXml } from 'xast-util-from-xml';
import { child } from './tree.ts';

/** What `feed` is given where a text will be put in as a node: it escapes texts wrongly in more ways than one. */
export const PLACE = '-';

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
