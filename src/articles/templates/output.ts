import { parseDate } from '../dates.ts';
import { watchAddress } from '../links.ts';
import { plainSlug } from '../slug.ts';
import { localTime } from '../time-zone.ts';
import type { TemplateContext } from './context.ts';
import { escapeHtml, link } from './markup.ts';

/** What `{{ … }}` prints; `known` is false when a part of it is not understood. */
export interface Output {
  text: string;
  known: boolean;
}

/** Prints what a body can know of itself and its site: addresses, titles, dates, texts with the common filters. */
export function outputValue(expression: string, context: TemplateContext): Output {
  const [head = '', ...filters] = splitPipes(expression);
  const start = readValue(head.trim(), context);
  let text = start ?? '';
  let known = start !== null;
  for (const filter of filters) {
    const [, name = '', args = ''] = /^\s*([\w.-]+)\s*(?:[:(]\s*([\s\S]*?)\)?)?\s*$/.exec(filter) ?? [];
    const filtered = applyFilter(name, text, splitArguments(args, context), context);
    if (filtered === null) known = false;
    else {
      text = filtered;
      if (name === 'default' && text) known = true;
    }
  }
  return { text, known };
}

/** The parts between `|` that stand outside of quotes. */
function splitPipes(expression: string): string[] {
  return expression.match(/(?:"[^"]*"|'[^']*'|[^|"']|["'])+/g) ?? [];
}

function splitArguments(text: string, context: TemplateContext): string[] {
  const parts = text.match(/(?:"[^"]*"|'[^']*'|[^,"'])+/g) ?? [];
  return parts.map((part) => readValue(part.trim(), context) ?? '');
}

function readValue(text: string, context: TemplateContext): string | null {
  const quoted = /^(["'])([\s\S]*)\1$/.exec(text);
  if (quoted) return quoted[2] ?? '';
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return text;
  const assigned = context.variables.get(text);
  if (assigned !== undefined) return assigned;
  const { article, config } = context;
  switch (text.replace(/^\$?(?:\.?Site|site)\.(?:data\.)?/, 'site.').toLowerCase()) {
    case 'site.url':
    case 'site.baseurlwithhost':
      return new URL(config.site.url).origin;
    case 'site.baseurl':
    case 'baseurl':
    case 'root':
    case 'base_path':
      return basePath(context);
    case 'site.title':
    case 'site.name':
      return config.site.title;
    case 'site.description':
      return config.site.description;
    case 'page.title':
    case 'title':
    case '.title':
      return article.title;
    case 'page.url':
    case '.permalink':
      return article.url;
    case '.relpermalink':
      return new URL(article.url).pathname;
    case 'page.date':
    case 'date':
      return article.published;
    case 'page.description':
    case 'page.excerpt':
    case 'description':
    case 'excerpt':
      return article.summary ?? '';
    case 'page.image':
    case 'image':
      return article.image?.url ?? null;
    case 'page.author':
    case 'author':
      return article.authors.map(({ name }) => name).join(', ');
    default:
      return null;
  }
}

function basePath({ config }: TemplateContext): string {
  return new URL(config.site.url).pathname.replace(/\/$/, '');
}

/** Null: the filter is not known, the text stays. */
function applyFilter(name: string, text: string, args: string[], context: TemplateContext): string | null {
  const [first = '', second = ''] = args;
  switch (name) {
    case 'url':
    case 'relative_url':
    case 'url_for':
      return /^(?:[a-z]+:|#)/i.test(text) ? text : basePath(context) + (text.startsWith('/') ? text : `/${text}`);
    case 'absolute_url':
    case 'absoluteUrl':
      return /^[a-z]+:/i.test(text) ? text : context.config.site.url + (text.startsWith('/') ? text : `/${text}`);
    case 'embed':
    case 'youtube':
    case 'vimeo':
      return URL.canParse(text) ? link(watchAddress(text), watchAddress(text)) : null;
    case 'prepend':
      return first + text;
    case 'append':
      return text + first;
    case 'default':
      return text || first;
    case 'replace':
      return first ? text.replaceAll(first, second) : text;
    case 'remove':
      return first ? text.replaceAll(first, '') : text;
    case 'downcase':
    case 'lower':
      return text.toLowerCase();
    case 'upcase':
    case 'upper':
      return text.toUpperCase();
    case 'capitalize':
      return text.charAt(0).toUpperCase() + text.slice(1);
    case 'slugify':
    case 'slug':
      return plainSlug(text);
    case 'escape':
    case 'xml_escape':
    case 'e':
    case 'h':
      return escapeHtml(text);
    case 'date':
      return formatDate(text, first, context);
    case 'date_to_string':
      return formatDate(text, '%d %b %Y', context);
    case 'date_to_long_string':
      return formatDate(text, '%d %B %Y', context);
    case 'date_to_xmlschema':
      return formatDate(text, '%Y-%m-%d', context);
    case 'strip':
    case 'trim':
      return text.trim();
    case 'strip_html':
    case 'striptags':
      return text.replace(/<[^<>]*>/g, '');
    case 'safe':
    case 'raw':
    case 'dump':
    case 'markdownify':
    case 'uri_escape':
    case 'cgi_escape':
    case 'url_encode':
    case 'urlencode':
    case 'normalize_whitespace':
    case 'newline_to_br':
    case 'smartify':
    case 'strip_newlines':
    case 'safeHTML':
    case 'safeURL':
      return text;
    default:
      return null;
  }
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** strftime's common fields. */
function formatDate(text: string, pattern: string, { config }: TemplateContext): string {
  const zone = config.site.timezone;
  const instant = parseDate(text, zone);
  if (instant === null) return text;
  const time = localTime(zone, instant);
  const pad = (number: number) => String(number).padStart(2, '0');
  const month = MONTHS[time.month - 1] ?? '';
  const fields: Record<string, string> = {
    Y: String(time.year),
    y: pad(time.year % 100),
    m: pad(time.month),
    d: pad(time.day),
    e: String(time.day),
    B: month,
    b: month.slice(0, 3),
    H: pad(time.hour),
    M: pad(time.minute),
    S: pad(time.second),
    '%': '%',
  };
  return pattern.replace(/%-?([A-Za-z%])/g, (all, field: string) =>
    all[1] === '-' ? (fields[field] ?? '').replace(/^0/, '') : (fields[field] ?? ''),
  );
}
