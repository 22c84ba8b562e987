/** Pieces of HTML that templates become. They are sanitized later like everything else. */

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Code as it stands, also with blank lines and the marks of templates in it. */
export function codeBlock(code: string, language: string | null): string {
  const name = language && /^[\w+#-]+$/.test(language) ? ` class="language-${language.toLowerCase()}"` : '';
  const text = dedented(code.replace(/^[ \t]*\n/, '').replace(/\s+$/, ''));
  return `<pre><code${name}>${escapeHtml(text)}</code></pre>`;
}

/** Without the white space that all lines begin with. */
function dedented(text: string): string {
  const indents = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => /^[ \t]*/.exec(line)?.[0] ?? '');
  const common = indents.reduce(
    (shortest, indent) => (indent.length < shortest.length ? indent : shortest),
    indents[0] ?? '',
  );
  return common
    ? text
        .split('\n')
        .map((line) => (line.startsWith(common) ? line.slice(common.length) : line))
        .join('\n')
    : text;
}

export function link(href: string, text: string): string {
  return `<a href="${escapeHtml(href)}">${escapeHtml(text)}</a>`;
}

export interface Picture {
  src: string;
  alt?: string | null;
  title?: string | null;
  caption?: string | null;
  href?: string | null;
  width?: string | null;
  height?: string | null;
}

/** A picture, in a figure when it has a caption. */
export function picture({ src, alt, title, caption, href, width, height }: Picture): string {
  const size = (name: string, value: string | null | undefined) =>
    value && /^\d{1,5}(?:px)?$/.test(value) ? ` ${name}="${value.replace('px', '')}"` : '';
  const shown = `<img src="${escapeHtml(src)}" alt="${escapeHtml(alt || caption || title || '')}"${
    title ? ` title="${escapeHtml(title)}"` : ''
  }${size('width', width)}${size('height', height)}>`;
  const linked = href ? `<a href="${escapeHtml(href)}">${shown}</a>` : shown;
  return caption ? `<figure>${linked}<figcaption>${escapeHtml(caption)}</figcaption></figure>` : linked;
}

/** Pages of players and posts by the name that tags, shortcodes and components give them. */
export function embedded(service: string, id: string, user?: string | null): string | null {
  const clean = encodeURIComponent(id.trim());
  switch (service.toLowerCase().replace(/[-_]|embed$|player$|video$|lite/g, '')) {
    case 'youtube':
    case 'yt':
      return `https://www.youtube.com/watch?v=${/^https?:/.test(id) ? youtubeId(id) : clean}`;
    case 'vimeo':
      return /^https?:/.test(id) ? id : `https://vimeo.com/${clean}`;
    case 'bilibili':
      return `https://www.bilibili.com/video/${clean}`;
    case 'gist':
      return `https://gist.github.com/${id.split('/').map(encodeURIComponent).join('/')}`;
    case 'jsfiddle':
      return `https://jsfiddle.net/${id.split('/').map(encodeURIComponent).join('/')}/`;
    case 'codepen':
      return user ? `https://codepen.io/${encodeURIComponent(user)}/pen/${clean}` : null;
    case 'tweet':
    case 'twitter':
    case 'x':
      return /^https?:/.test(id) ? id : `https://x.com/${user ? encodeURIComponent(user) : 'i'}/status/${clean}`;
    case 'instagram':
      return `https://www.instagram.com/p/${clean}/`;
    case 'spotify':
      return `https://open.spotify.com/${id.split('/').map(encodeURIComponent).join('/')}`;
    default:
      return null;
  }
}

function youtubeId(url: string): string {
  return encodeURIComponent(/(?:v=|youtu\.be\/|embed\/)([\w-]{6,})/.exec(url)?.[1] ?? '');
}
