import { decodeHTML } from 'entities';
import type { Node } from '../feed/xml.ts';
import { type Findings, shown } from './finding.ts';

/** Elements that readers take out, since they could do something. */
const ACTIVE = /<(script|style|iframe|object|embed|applet|form|meta|link|base|frameset)\b/i;
const HANDLER = /<[^>]+\son[a-z]+\s*=/i;
const SCRIPTED = /<[^>]+\s(?:href|src)\s*=\s*["']?\s*(?:javascript|vbscript):/i;
const REFERENCE = /<[a-z][^>]*?\s(href|src)\s*=\s*(?:"([^"]*)"|'([^']*)')/gi;

/** What readers do not show as it is meant: HTML that is inside a text of a feed. */
export function lintHtml(
  findings: Findings,
  at: Pick<Node, 'line' | 'column'>,
  html: string,
  spec: string,
  hasBase: boolean,
): void {
  const active = ACTIVE.exec(html)?.[1]?.toLowerCase();
  if (active !== undefined)
    findings.warning(
      'html-active',
      spec,
      at,
      `The content has <${active}>, which readers take out.`,
      active === 'iframe' ? 'a link to what the frame shows' : undefined,
    );
  if (HANDLER.test(html) || SCRIPTED.test(html))
    findings.warning('html-script', spec, at, 'The content has a script in an attribute, which readers take out.');
  if (hasBase) return;
  const relative = [...html.matchAll(REFERENCE)]
    .map(([, , double, single]) => decodeHTML(double ?? single ?? ''))
    .find((address) => address !== '' && !/^(?:[a-z][a-z0-9+.-]*:|#|\/\/)/i.test(address));
  if (relative !== undefined)
    findings.warning(
      'html-relative',
      spec,
      at,
      `The content leads to ${shown(relative)}, which readers elsewhere cannot follow.`,
      `https://…/${relative.replace(/^[./]+/, '')}`,
    );
}

/** Markup in a text that is shown as it stands. */
export function lintPlain(findings: Findings, at: Node, spec: string): void {
  const text = at.text.trim();
  if (/<\/?(?:a|b|i|em|strong|p|br|span|code|img|div)\b[^>]*>/i.test(text))
    findings.warning(
      'text-markup',
      spec,
      at,
      `<${at.tag}> has HTML in it, which many readers show as it stands.`,
      text.replace(/<[^>]*>/g, ''),
    );
  else if (/&(?:amp|lt|gt|quot|nbsp|#\d+|#x[0-9a-f]+);/i.test(text))
    findings.warning('text-escaped-twice', spec, at, `<${at.tag}> is escaped twice.`, decodeHTML(text));
}
