import { htmlOf } from '../articles/characters.ts';
import { sanitize } from '../articles/sanitize.ts';
import type { Config } from '../config/schema.ts';
import type { Entry } from '../feeds/entry.ts';
import { dayOf } from '../feeds/periods.ts';
import { markedUp } from './html.ts';
import { tracked } from './links.ts';
import type { TextRules } from './text-rules.ts';

/** An entry as a partner's rules want it. Its id stays. A pure function of its arguments. */
export function entryFor(entry: Entry, rules: TextRules, config: Pick<Config, 'site' | 'url'>): Entry {
  const link = linksFor(rules, config);
  const lead = entry.image ?? firstPicture(entry.html);
  const isPicture = ({ type }: { type: string }) => type.startsWith('image/');
  const text = markedUp(entry.html, { ...rules, link });
  const footer =
    rules.attribution === null ? '' : footerOf(entry, rules.attribution, rules, link(entry.url), config.site);
  const { canonical, licence } = rules;
  const { banner, ...rest } = entry;
  const hasBanner = banner !== undefined && rules.images !== 'none' && rules.images !== 'lead';
  return {
    ...rest,
    ...(hasBanner && { banner }),
    url: link(entry.url),
    html: [text, footer].filter((part) => part !== '').join('\n'),
    image: rules.images === 'none' ? null : rules.images === 'lead' ? lead : entry.image,
    enclosures: rules.images === 'all' ? entry.enclosures : entry.enclosures.filter((file) => !isPicture(file)),
    ...(canonical && { canonical: entry.original ?? entry.url }),
    ...(licence !== null && { licence }),
  };
}

/** An article's address as a partner gets it. */
export function linkFor(address: string, rules: TextRules, config: Pick<Config, 'site' | 'url'>): string {
  return linksFor(rules, config)(address);
}

function linksFor({ tracking }: TextRules, { site, url }: Pick<Config, 'site' | 'url'>): (href: string) => string {
  const hosts = new Set([site.url, url].flatMap((own) => URL.parse(own)?.host ?? []));
  return (href) => tracked(href, tracking, hosts);
}

/** The attribution of an entry: what stands in braces put in, then sanitized as every text, then as the partner wants it. */
function footerOf(
  entry: Entry,
  template: string,
  rules: TextRules,
  link: string,
  { timezone }: Config['site'],
): string {
  const canonical = entry.original ?? entry.url;
  const words: Record<string, string> = {
    title: entry.title,
    url: canonical,
    link,
    author: entry.authors.map(({ name }) => name).join(', '),
    date: dayOf(entry.published, timezone),
  };
  const filled = template.replace(/\{(\w+)\}/g, (_, name: string) =>
    htmlOf(words[name] ?? '').replaceAll('"', '&quot;'),
  );
  const html = sanitize(
    /^\s*<(?:p|div|footer|section|hr|ul|blockquote)\b/i.test(filled) ? filled : `<p>${filled}</p>`,
    {
      base: entry.url,
      link: (href) => (URL.canParse(href) ? href : null),
    },
  );
  const footer = markedUp(html, { ...rules, link: (href) => href });
  // Where nothing may be a link, the address is written out.
  const isSaid = rules.html !== 'plain' || footer.includes(htmlOf(canonical)) || footer.includes(htmlOf(link));
  return isSaid ? footer : `${footer}\n<p>${htmlOf(canonical)}</p>`;
}

/** The first picture of a text. */
function firstPicture(html: string): Entry['image'] {
  const src = /<img\b[^>]*?\bsrc="(https?:[^"]+)"/i.exec(html)?.[1]?.replaceAll('&amp;', '&');
  return src === undefined ? null : { url: src };
}
