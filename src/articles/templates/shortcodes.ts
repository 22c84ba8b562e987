import { type Arguments, argument, parseArguments } from './arguments.ts';
import type { TemplateContext } from './context.ts';
import { codeBlock, embedded, escapeHtml, link, picture } from './markup.ts';

/**
 * What one of Hugo's shortcodes becomes. Null: not known, the inner text stays.
 *
 * @param inner the text up to its closing shortcode; null when it has none
 * @see https://gohugo.io/content-management/shortcodes/
 */
export function shortcode(name: string, rest: string, inner: string | null, context: TemplateContext): string | null {
  const args = parseArguments(rest);
  const [first = '', second = ''] = args.positional;
  switch (name.toLowerCase()) {
    case 'figure':
    case 'img':
    case 'image':
    case 'imgproc':
    case 'picture':
      return figure(args);
    case 'highlight':
    case 'code':
      return inner === null ? '' : codeBlock(inner, argument(args, 'lang', 'language') ?? first);
    case 'mermaid':
    case 'chart':
      return inner === null ? '' : codeBlock(inner, name.toLowerCase());
    case 'ref':
    case 'relref':
      return context.addressOf(argument(args, 'path') ?? first);
    case 'param':
    case 'toc':
    case 'break':
      return '';
    case 'rawhtml':
    case 'raw':
    case 'html':
    case 'md':
    case 'markdown':
    case 'center':
    case 'tabs':
    case 'columns':
    case 'column':
    case 'lead':
    case 'katex':
    case 'math':
      return inner ?? '';
    case 'tab':
    case 'tabitem': {
      const label = argument(args, 'name', 'title', 'label', 'header') ?? first;
      return `${label ? `\n\n**${label}**\n\n` : ''}${inner ?? ''}`;
    }
    case 'details':
    case 'expand':
    case 'collapse':
    case 'spoiler': {
      const summary = argument(args, 'summary', 'title', 'label') ?? first;
      return `\n\n<details><summary>${escapeHtml(summary || 'Details')}</summary>\n\n${inner ?? ''}\n\n</details>\n\n`;
    }
    case 'notice':
    case 'note':
    case 'info':
    case 'tip':
    case 'warning':
    case 'danger':
    case 'alert':
    case 'callout':
    case 'hint':
    case 'admonition':
    case 'blockquote':
    case 'quote':
      return inner === null ? callout(args) : boxed(inner, argument(args, 'title', 'author'));
    case 'audio':
    case 'video':
    case 'mp3': {
      const src = argument(args, 'src', 'url', 'file') ?? first;
      const tag = name.toLowerCase() === 'video' ? 'video' : 'audio';
      return src ? `<${tag} src="${escapeHtml(src)}" controls></${tag}>` : '';
    }
    case 'button':
    case 'link': {
      const href = argument(args, 'href', 'url', 'link') ?? first;
      const text = inner?.trim() || (argument(args, 'text', 'label') ?? second) || href;
      return href ? link(href, text) : escapeHtml(text);
    }
    default:
      return player(name, args, first, second);
  }
}

function figure(args: Arguments): string {
  const src = argument(args, 'src', 'url', 'path', 'link') ?? args.positional[0];
  if (!src) return '';
  const title = argument(args, 'title');
  const caption = [title, argument(args, 'caption'), argument(args, 'attr')].filter(Boolean).join(' — ');
  return picture({
    src,
    alt: argument(args, 'alt') ?? args.positional[1] ?? null,
    caption: caption || null,
    href: argument(args, 'link'),
    width: argument(args, 'width'),
    height: argument(args, 'height'),
  });
}

/** A box whose text is an argument. */
function callout(args: Arguments): string {
  const text = argument(args, 'text', 'content');
  return text ? boxed(text, argument(args, 'title')) : '';
}

/** Inside a line the text stays in the line. */
function boxed(inner: string, title: string | null): string {
  if (!inner.includes('\n') && !title) return inner;
  const text = `${title ? `**${title}**\n\n` : ''}${inner.trim()}`;
  return `\n\n${text.replace(/^/gm, '> ')}\n\n`;
}

function player(name: string, args: Arguments, first: string, second: string): string | null {
  const known = argument(args, 'id', 'videoid', 'video', 'url', 'src');
  // gist USER ID, tweet USER ID: the older forms without names.
  const pair = name === 'gist' && second ? `${first}/${second}` : null;
  const id = known ?? pair ?? (/^(?:tweet|twitter|x)$/i.test(name) && second ? second : first);
  const user = argument(args, 'user') ?? (second ? first : null);
  const href = id ? embedded(name, id, user) : null;
  return href ? link(href, href) : null;
}
