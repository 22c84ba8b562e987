/** Schemes that a reader may open from a link. */
export const OPENED = new Set([
  'http:',
  'https:',
  'mailto:',
  'tel:',
  'xmpp:',
  'irc:',
  'ircs:',
  'sms:',
  'geo:',
  'magnet:',
  'matrix:',
  'gemini:',
]);

/** Pictures inside the address itself; SVG is left out, since it can hold a program. */
const PICTURE = /^data:image\/(?:png|gif|jpe?g|webp|avif);base64,[A-Za-z0-9+/=\s]*$/i;

/**
 * An address of the article's text as an absolute one; null when it is none or has a scheme that readers must not open.
 *
 * @param base the article's own address
 */
export function resolveAddress(address: string, base: string): string | null {
  const trimmed = address.replace(/[\u0000-\u0020]+$|^[\u0000-\u0020]+/g, '');
  if (!URL.canParse(trimmed, base)) return null;
  const url = new URL(trimmed, base);
  return OPENED.has(url.protocol) ? url.href : null;
}

/** The same for a picture, which may stand in the address itself. */
export function resolvePicture(address: string, base: string): string | null {
  const trimmed = address.trim();
  if (PICTURE.test(trimmed)) return trimmed.replace(/\s+/g, '');
  const url = resolveAddress(trimmed, base);
  return url && /^https?:/.test(url) ? url : null;
}

/** The page on which a person watches what a player's address embeds. */
export function watchAddress(url: string): string {
  const { hostname, pathname } = new URL(url);
  const youtube = /(?:^|\.)youtube(?:-nocookie)?\.com$/.test(hostname) ? /^\/embed\/([\w-]{6,})/.exec(pathname) : null;
  if (youtube) return `https://www.youtube.com/watch?v=${youtube[1]}`;
  const vimeo = hostname === 'player.vimeo.com' ? /^\/video\/(\d+)/.exec(pathname) : null;
  return vimeo ? `https://vimeo.com/${vimeo[1]}` : url;
}
