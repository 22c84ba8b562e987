import { Code } from './code.ts';
import type { TemplateContext } from './context.ts';
import { embedded, escapeHtml, link, picture } from './markup.ts';

/** A tag of JSX or HTML as it is written. */
interface Tag {
  name: string;
  /** `</Name>` */
  closing: boolean;
  /** `<Name />` */
  alone: boolean;
  /** Values as text; null for what is a program. */
  attributes: Map<string, string | null>;
  end: number;
}

/** HTML's own elements that have no content. */
const VOID = new Set('area base br col embed hr img input link meta source track wbr'.split(' '));

/** Components that only wrap what is in them. */
const WRAPPERS = new Set(
  'Tabs Fragment Columns Column Grid Center Highlight Card Cards CardGrid Steps Step BrowserWindow Head AppOnly details summary'.split(
    ' ',
  ),
);

const ADMONITIONS = new Set(
  'Admonition Callout Note Tip Info Warning Danger Caution Aside Alert Important Hint'.split(' '),
);

/** ECMAScript of MDX: it stands at the beginning of a line after a blank one, and ends with the next blank one. */
const PROGRAM =
  /(^|\n[ \t]*\n|\n(?=import\s))(?:import\s+(?:[\w*{"'][^\n]*)|export\s+(?:const|let|default|function|async|\{|\*)[^\n]*)(?:\n(?![ \t]*\n|#|import\s|export\s)[^\n]+)*/y;

/**
 * MDX as Markdown with HTML: without imports and exports, comments and programs; components that everybody has do what
 * they do at home, others lose their tags and keep what is inside.
 *
 * @param strict whether the file is MDX; in Markdown only what can be nothing else is taken for it
 * @see https://mdxjs.com/docs/what-is-mdx/
 */
export function simplifyMdx(text: string, context: TemplateContext, strict: boolean): string {
  if (!strict && !/\{\/\*|=\{|^import\s.*from\s+['"]|<[A-Z]\w*/m.test(text)) return text;
  const code = new Code(text);
  const open: string[] = [];
  const effort: Effort = { vain: 0, lastComment: text.lastIndexOf('*/}') };
  let out = '';
  let at = 0;
  while (at < text.length) {
    const codeEnd = code.endAt(at);
    if (codeEnd > at) {
      out += text.slice(at, codeEnd);
      at = codeEnd;
      continue;
    }
    const c = text[at] ?? '';
    if (c === '\n' || at === 0) {
      PROGRAM.lastIndex = at;
      const program = PROGRAM.exec(text);
      if (program && (strict || /import\s.*from\s+['"]/.test(program[0]))) {
        out += program[1] ?? '';
        at += program[0].length;
        continue;
      }
    }
    if (c === '\\' && strict) {
      out += text.slice(at, at + 2);
      at += 2;
      continue;
    }
    if (c === '{') {
      const piece = expressionAt(text, at, context, strict, effort);
      if (piece) {
        out += piece.text;
        at = piece.end;
        continue;
      }
    }
    if (c === '<') {
      const element = elementAt(text, at, effort);
      if (element && concerns(element, strict)) {
        out += written(element, open, context, at);
        at = element.end;
        continue;
      }
    }
    const next = nextStop(text, at + 1);
    out += text.slice(at, next);
    at = next;
  }
  return out;
}

const STOP = /[`{<\\\n]/g;

function nextStop(text: string, from: number): number {
  STOP.lastIndex = from;
  return STOP.exec(text)?.index ?? text.length;
}

const MORE = /^\/\*\s*(?:truncate|more|excerpt)\s*\*\/$/i;

/** `{/* … *\/}`, `{' '}`, and programs that nobody runs here. */
function expressionAt(
  text: string,
  at: number,
  context: TemplateContext,
  strict: boolean,
  effort: Effort,
): { text: string; end: number } | null {
  const comment = text.startsWith('{/*', at);
  if (!comment && !strict) return null;
  if (comment && effort.lastComment < at) return null;
  const end = comment ? text.indexOf('*/}', at) + 3 : endOfBraces(text, at, effort);
  if (end === null) return null;
  const inner = text.slice(at + 1, end - 1).trim();
  if (comment) return { text: MORE.test(inner) ? '\n\n<!--more-->\n\n' : '', end };
  // Docusaurus' name of a heading.
  if (/^#[\w-]+$/.test(inner) || inner === '') return { text: '', end };
  const value = literal(inner);
  if (value === null) context.unknown('expression', inner, at);
  return { text: escapeHtml(value ?? ''), end };
}

/** Programs are short; an open brace must not search a whole book, and many of them not a library. */
const MAX_PROGRAM = 20_000;
const MAX_EFFORT = 2_000_000;

/** What searching costs. */
interface Effort {
  /** Characters that were searched in vain. */
  vain: number;
  /** Where the last comment ends. */
  lastComment: number;
}

/** Past the brace that closes the one at this place. */
function endOfBraces(text: string, at: number, effort: Effort): number | null {
  if (effort.vain > MAX_EFFORT) return null;
  let depth = 0;
  const limit = Math.min(text.length, at + MAX_PROGRAM);
  for (let i = at; i < limit; i++) {
    const c = text[i];
    if (c === '{') depth++;
    else if (c === '}') {
      depth--;
      if (depth === 0) return i + 1;
    } else if (c === '"' || c === "'" || c === '`') {
      const close = text.indexOf(c, i + 1);
      // An apostrophe of the text is no quote.
      if (close > 0 && close < limit && (c === '`' || !text.slice(i, close).includes('\n'))) i = close;
    }
  }
  effort.vain += limit - at;
  return null;
}

/** The text of a literal; null for anything that would have to be run. */
function literal(program: string): string | null {
  const quoted = /^(["'`])((?:[^\\]|\\.)*)\1$/s.exec(program);
  if (quoted) {
    const inner = quoted[2] ?? '';
    return inner.includes(quoted[1] ?? '"') || (quoted[1] === '`' && inner.includes('${'))
      ? null
      : inner.replace(/\\(.)/g, '$1');
  }
  if (/^-?\d+(?:\.\d+)?$/.test(program)) return program;
  // <img src={require('./a.png').default} /> and useBaseUrl('/a.png')
  return (
    /^(?:require|useBaseUrl|withBase|asset|url)\(\s*(["'])([^"']*)\1\s*\)(?:\.default|\.src)?$/.exec(program)?.[2] ??
    null
  );
}

const NAME = /<(\/?)([A-Za-z][\w.:-]*)/y;
const ATTRIBUTE = /\s+([\w:@.-]+)(?:\s*=\s*("[^"]*"|'[^']*'|\{|[^\s"'{}<>=`]+))?/y;
const SPREAD = /\s*\{/y;
const END = /\s*(\/?)>/y;

function elementAt(text: string, at: number, effort: Effort): Tag | null {
  NAME.lastIndex = at;
  const start = NAME.exec(text);
  if (!start) return text.startsWith('<>', at) || text.startsWith('</>', at) ? fragment(text, at) : null;
  const attributes = new Map<string, string | null>();
  let i = at + start[0].length;
  for (;;) {
    END.lastIndex = i;
    const end = END.exec(text);
    if (end) {
      return {
        name: start[2] ?? '',
        closing: start[1] === '/',
        alone: end[1] === '/',
        attributes,
        end: i + end[0].length,
      };
    }
    ATTRIBUTE.lastIndex = i;
    const attribute = ATTRIBUTE.exec(text);
    if (attribute) {
      i += attribute[0].length;
      const [, name = '', value] = attribute;
      if (value === '{') {
        const close = endOfBraces(text, i - 1, effort);
        if (close === null) return null;
        attributes.set(name, literal(text.slice(i, close - 1).trim()));
        i = close;
      } else attributes.set(name, value === undefined ? '' : value.replace(/^(["'])([\s\S]*)\1$/, '$2'));
      continue;
    }
    SPREAD.lastIndex = i;
    const spread = SPREAD.exec(text);
    const close = spread ? endOfBraces(text, i + spread[0].length - 1, effort) : null;
    if (close === null) return null;
    i = close;
  }
}

function fragment(text: string, at: number): Tag {
  const closing = text[at + 1] === '/';
  return { name: 'Fragment', closing, alone: false, attributes: new Map(), end: at + (closing ? 3 : 2) };
}

/** In Markdown `<T>` is somebody's type, and HTML is HTML. */
function concerns(tag: Tag, strict: boolean): boolean {
  const { name, attributes, alone } = tag;
  if (strict) return true;
  if ([...attributes.values()].includes(null) || attributes.has('className')) return true;
  if (/^[A-Z]/.test(name))
    return attributes.size > 0 || WRAPPERS.has(name) || ADMONITIONS.has(name) || name === 'TabItem';
  return alone && !VOID.has(name);
}

function written(tag: Tag, open: string[], context: TemplateContext, at: number): string {
  const { name, closing, alone, attributes } = tag;
  if (!/^[A-Z]/.test(name) && !name.includes('.')) return html(tag);
  if (closing) return open.pop() ?? '';
  const value = (...names: string[]) => names.map((key) => attributes.get(key)).find((found) => found) ?? null;
  const [before, after, known] = component(name, value);
  if (!known) context.unknown('component', name, at);
  if (alone) return before + after;
  open.push(after);
  return before;
}

/** What stands before and after the children of a component, and whether it is known. */
function component(name: string, value: (...names: string[]) => string | null): [string, string, boolean] {
  if (name === 'TabItem' || name === 'Tab') {
    const label = value('label', 'title', 'value');
    return [label ? `\n\n**${label}**\n\n` : '\n\n', '\n\n', true];
  }
  if (ADMONITIONS.has(name)) {
    const title = value('title') ?? (name === 'Admonition' || name === 'Callout' ? value('type') : name);
    return [`<blockquote>\n\n${title ? `**${title}**\n\n` : ''}`, '\n\n</blockquote>\n\n', true];
  }
  const src = value('src', 'url', 'image');
  if (/^(?:Image|Img|Figure|ThemedImage|Picture|Zoom|ZoomImage|IdealImage)$/.test(name)) {
    const shown = src
      ? picture({ src, alt: value('alt'), caption: value('caption'), width: value('width'), height: value('height') })
      : '';
    return [shown, '', src !== null];
  }
  if (/^(?:Link|A|NavLink|Button|LinkCard)$/.test(name)) {
    const href = value('to', 'href');
    const title = value('title', 'label');
    if (href && title && name === 'LinkCard') return [link(href, title), '', true];
    return href ? [`<a href="${escapeHtml(href)}">`, '</a>', true] : ['', '', true];
  }
  if (/^(?:Video|Audio|ReactPlayer)$/.test(name) && src) {
    const page = embedded('youtube', src);
    return [/youtu/.test(src) && page ? link(page, page) : link(src, src), '', true];
  }
  const id = value('id', 'videoId', 'youTubeId', 'youtubeId', 'tweetId', 'tweetLink', 'url', 'gist');
  const href = id ? embedded(name, id) : null;
  if (href) return [link(href, href), '', true];
  return ['', '', WRAPPERS.has(name)];
}

/** HTML that no parser of HTML would misread: literal attributes, and no element that closes itself but cannot. */
function html({ name, closing, alone, attributes }: Tag): string {
  if (closing) return `</${name}>`;
  let shown = `<${name}`;
  for (const [key, value] of attributes) {
    if (value !== null && /^[\w:-]+$/.test(key))
      shown += value === '' ? ` ${key}` : ` ${key}="${value.replaceAll('"', '&quot;')}"`;
  }
  return alone && !VOID.has(name) ? `${shown}></${name}>` : `${shown}>`;
}
