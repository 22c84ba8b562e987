import type { Node } from '../feed/xml.ts';
import { type Findings, shown } from './finding.ts';
import type { Fault } from './values.ts';

/** How often a child may stand: `1`, `?` at most once, `+` at least once, `*` any number. */
export type Count = '1' | '?' | '+' | '*';

/** Which children of a namespace an element has, and how often. */
export function lintChildren(
  findings: Findings,
  node: Node,
  namespace: string,
  counts: Record<string, Count>,
  spec: (name: string) => string,
): void {
  const own = node.children.filter((child) => child.namespace === namespace);
  for (const [name, count] of Object.entries(counts)) {
    const found = own.filter((child) => child.name === name);
    if (found.length === 0 && (count === '1' || count === '+'))
      findings.error('element-missing', spec(name), node, `<${node.tag}> has no <${name}>.`, `<${name}>…</${name}>`);
    const second = found[1];
    if (second && (count === '1' || count === '?'))
      findings.error(
        'element-twice',
        spec(name),
        second,
        `<${node.tag}> has <${name}> ${found.length} times; readers take one of them.`,
        'leave one',
      );
  }
  for (const child of own)
    if (!Object.hasOwn(counts, child.name)) {
      const near = Object.keys(counts).find((name) => name.toLowerCase() === child.name.toLowerCase());
      findings.error(
        'element-unknown',
        spec(child.name),
        child,
        `<${node.tag}> has no place for <${child.tag}>.`,
        near === undefined ? 'leave it out, or give it a namespace of its own' : `<${near}>`,
      );
    }
}

/** Says what is wrong with the text of an element. */
export function lintText(findings: Findings, node: Node, spec: string, check: (text: string) => Fault | null): void {
  const text = node.text.trim();
  if (text === '')
    findings.error('element-empty', spec, node, `<${node.tag}> is empty.`, 'leave it out, or write what it is for');
  else tell(findings, node, spec, check(text));
}

/** Says what is wrong with an attribute; null is given where it is missing. */
export function lintAttribute(
  findings: Findings,
  node: Node,
  name: string,
  spec: string,
  check: (text: string) => Fault | null,
  isNeeded = true,
): void {
  const value = node.attributes[name];
  if (value === undefined) {
    if (isNeeded) findings.error('attribute-missing', spec, node, `<${node.tag}> has no ${name}.`, `${name}="…"`);
  } else tell(findings, node, spec, check(value));
}

export function tell(findings: Findings, at: Pick<Node, 'line' | 'column'>, spec: string, fault: Fault | null): void {
  if (fault?.severity === 'error') findings.error(fault.code, spec, at, fault.message, fault.mend);
  else if (fault) findings.warning(fault.code, spec, at, fault.message, fault.mend);
}

/** Elements whose prefix nothing declares, and ones in no namespace where all have one. */
export function lintNamespaces(findings: Findings, root: Node): void {
  const visit = (node: Node) => {
    if (node.namespace === null)
      findings.error(
        'prefix-undeclared',
        'Namespaces in XML, 2.1',
        node,
        `The prefix of <${node.tag}> is not declared.`,
        `xmlns:${node.tag.split(':')[0]}="…" on <${root.tag}>`,
      );
    for (const name of Object.keys(node.attributes)) {
      const prefix = /^([^:]+):/.exec(name)?.[1];
      if (prefix !== undefined && prefix !== 'xml' && prefix !== 'xmlns' && !isDeclared(node, prefix))
        findings.error(
          'prefix-undeclared',
          'Namespaces in XML, 2.1',
          node,
          `The prefix of the attribute ${name} is not declared.`,
          `xmlns:${prefix}="…" on <${root.tag}>`,
        );
    }
    const stray = node.children.length > 0 && node.name !== 'div' && node.text.trim();
    if (stray && isContainer(node))
      findings.error('text-stray', 'XML', node, `<${node.tag}> has the text ${shown(stray)} among its elements.`);
    if (!isMarkup(node)) node.children.forEach(visit);
  };
  visit(root);
}

const isDeclared = (node: Node | null, prefix: string): boolean =>
  node !== null && (Object.hasOwn(node.attributes, `xmlns:${prefix}`) || isDeclared(node.parent, prefix));

const isContainer = ({ name }: Node) =>
  ['rss', 'channel', 'item', 'feed', 'entry', 'image', 'author', 'source'].includes(name);
/** XHTML inside content has rules of its own. */
const isMarkup = ({ namespace }: Node) => namespace === 'http://www.w3.org/1999/xhtml';
