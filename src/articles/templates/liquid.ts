import { type Arguments, argument, parseArguments } from './arguments.ts';
import type { TemplateContext } from './context.ts';
import { codeBlock, embedded, escapeHtml, link, picture } from './markup.ts';
import { outputValue } from './output.ts';

/** What a tag becomes: its text, or how its inner text is to be taken. */
export type TagResult = string | null;

/** Tags of Jekyll, Liquid, Hexo, Nunjucks and Octopress that stand alone. Null: not known. */
export function inlineTag(name: string, rest: string, context: TemplateContext): TagResult {
  const args = parseArguments(rest);
  const [first = '', second = ''] = args.positional;
  switch (name) {
    case 'post_url':
    case 'post_path':
      return context.addressOf(first);
    case 'post_link': {
      const words = args.positional.slice(1).filter((word) => word !== 'true' && word !== 'false');
      const text = words.join(' ') || first.split('/').pop() || first;
      const address = context.addressOf(first);
      return address ? link(address, text) : escapeHtml(text);
    }
    case 'link':
      // Jekyll gives a file, Hexo a text with its address.
      if (args.positional.length <= 1) return context.addressOf(first);
      return link(args.positional.find((word) => /^(?:https?:|\/)/.test(word)) ?? second, first);
    case 'asset_img':
    case 'img':
    case 'image':
    case 'img_tag':
      return imageTag(args.positional);
    case 'image_with_class':
      return picture({ src: rootPath(first), alt: args.positional[2] ?? '' });
    case 'asset_path':
      return first;
    case 'asset_link':
      return link(first, args.positional.slice(1).join(' ') || first);
    case 'include':
    case 'include_relative':
    case 'include_cached':
    case 'render':
      return includeTag(first, args);
    case 'iframe':
      return link(first, first);
    case 'vimeo':
    case 'youtube':
    case 'gist':
    case 'jsfiddle':
    case 'tweet':
    case 'bilibili':
    case 'youtuber':
    case 'instagram':
    case 'spotify': {
      const id = first || (argument(args, 'id', 'video', 'url') ?? '');
      const href = id ? embedded(name === 'youtuber' ? 'youtube' : name, id) : null;
      return href ? link(href, href) : '';
    }
    case 'assign':
    case 'set': {
      const [, variable, value] = /^([\w.-]+)\s*=\s*([\s\S]*)$/.exec(rest) ?? [];
      if (variable && value) context.variables.set(variable, outputValue(value, context).text);
      return '';
    }
    case 'toc':
    case 'endraw':
    case 'increment':
    case 'decrement':
    case 'cycle':
    case 'break':
    case 'continue':
    case 'seo':
    case 'feed_meta':
    case 'extends':
    case 'import':
    case 'from':
    case 'layout':
      return '';
    default:
      return null;
  }
}

/** Tags whose inner text is code or mathematics and is taken as it stands. */
export const CODE_TAGS = new Set(['highlight', 'code', 'prism', 'codeblock', 'math', 'katex', 'mathjax']);

/** What one of {@link CODE_TAGS} becomes. */
export function codeTag(name: string, rest: string, inner: string): string {
  if (name.startsWith('math') || name === 'katex') return `$$${inner.trim()}$$`;
  const language = name === 'codeblock' ? argument(parseArguments(rest), 'lang') : (rest.split(/\s+/)[0] ?? null);
  return codeBlock(inner, language);
}

/** Tags round text that is templates and Markdown like the rest. Null: not known, the inner text stays. */
export function blockTag(name: string, rest: string, inner: string, context: TemplateContext): TagResult {
  switch (name) {
    case 'blockquote':
    case 'quote':
    case 'pullquote': {
      const source = rest.replace(/^(?:left|right|mindmap)$/, '').trim();
      const quoted = `${inner.trim()}${source && name !== 'pullquote' ? `\n\n— ${source}` : ''}`;
      return `\n\n${quoted.replace(/^/gm, '> ')}\n\n`;
    }
    case 'capture':
      context.variables.set(rest.trim(), inner.trim());
      return '';
    case 'note':
    case 'tabs':
    case 'subtabs':
    case 'centerquote':
    case 'cq':
    case 'if':
    case 'ifchanged':
    case 'unless':
    case 'case':
    case 'spaceless':
    case 'filter':
    case 'markdown':
    case 'block':
    case 'autoescape':
      return inner;
    case 'details':
    case 'spoiler':
      return `\n\n<details><summary>${escapeHtml(rest.trim())}</summary>\n\n${inner}\n\n</details>\n\n`;
    default:
      return null;
  }
}

/** Hexo: [classes] address [width] [height] [title [alt]]; Octopress and others: address, alt. */
function imageTag(words: string[]): string {
  const at = words.findIndex((word) => /[./]/.test(word));
  const src = words[Math.max(at, 0)] ?? '';
  const rest = words.slice(Math.max(at, 0) + 1);
  const sizes: string[] = [];
  while (/^\d+(?:px|%)?$/.test(rest[0] ?? '') && sizes.length < 2) sizes.push(rest.shift() ?? '');
  if (!src) return '';
  // Two quoted texts are a title and what is read to the blind; bare words are one text.
  const quoted = rest.length === 2 && rest.some((word) => word.includes(' '));
  const alt = quoted ? (rest[1] ?? '') : rest.join(' ');
  const [width = null, height = null] = sizes;
  return picture({ src: rootPath(src), alt, title: quoted ? (rest[0] ?? null) : null, width, height });
}

/** Tags that name a picture below the site's folder write it without the slash at the beginning. */
function rootPath(src: string): string {
  return /^(?:assets|images|img|static|public|uploads|media)\//.test(src) ? `/${src}` : src;
}

/** Includes are files that are not here; those for pictures and players say all that is needed. */
function includeTag(file: string, args: Arguments): TagResult {
  const src = argument(args, 'src', 'image', 'image_path', 'path', 'file', 'img', 'url', 'image_url');
  if (src && /(?:figure|image|img|picture|photo)/i.test(file)) {
    return picture({
      src,
      alt: argument(args, 'alt', 'alt_text', 'image_alt', 'title'),
      caption: argument(args, 'caption', 'description'),
      href: argument(args, 'link', 'href'),
    });
  }
  const service = /(youtube|vimeo|gist|tweet|twitter|codepen|instagram|spotify|video)/i.exec(file)?.[1]?.toLowerCase();
  const id = argument(args, 'id', 'video_id', 'youtube_id', 'videoid', 'video') ?? args.positional[1] ?? src;
  const provider = service === 'video' ? (argument(args, 'provider', 'type') ?? 'youtube') : service;
  const href = provider && id ? embedded(provider, id, argument(args, 'user')) : null;
  return href ? link(href, href) : null;
}
