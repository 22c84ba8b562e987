import type { Enclosure, Image } from './article.ts';
import { isoOf, parseDate } from './dates.ts';
import { type Found, innerText, type Lookup, textOf } from './fields.ts';
import type { Fields, Value } from './front-matter.ts';
import { KEYS } from './keys.ts';
import { resolveAddress } from './links.ts';
import { plainText } from './text.ts';

/** The picture that front matter names. `invalid` is an address that is none or that no reader may open. */
export function imageOf(ask: Lookup, base: string): { image: Image | null; invalid: Found | null } {
  let invalid: Found | null = null;
  for (const found of ask.all(KEYS.image)) {
    const image = imageFrom(found.value, base);
    if (image === 'invalid') invalid ??= found;
    else if (image) {
      if (image.alt === undefined) {
        const alt = textOf(ask.first([`${found.key}Alt`, `${found.key}Caption`])?.value);
        if (alt) image.alt = plainText(alt);
      }
      return { image, invalid: null };
    }
  }
  return { image: null, invalid };
}

/**
 * The picture with the end of its rights, as `image: { url, expires }` or `image_expires` beside it says. `invalid` is an
 * end that is no date.
 *
 * @param zone of dates without one
 */
export function withRights(
  image: Image,
  ask: Lookup,
  zone: string,
): { image: Image; ends: number | null; invalid: Found | null } {
  const beside = ask.first(KEYS.imageExpires);
  const inside = ask
    .all(KEYS.image)
    .flatMap(({ key, value }) => (value instanceof Map ? [{ key, value }] : []))
    .map(({ key, value }) => ({ key, value: innerText(value, 'expires', 'expiresAt', 'expiryDate', 'rightsEnd') }))
    .find(({ value }) => value !== null);
  const found = beside ?? inside ?? null;
  if (!found) return { image, ends: null, invalid: null };
  const ends = parseDate(textOf(found.value) ?? '', zone);
  if (ends === null) return { image, ends: null, invalid: found };
  return { image: { ...image, expires: isoOf(ends) }, ends, invalid: null };
}

const ADDRESS_KEYS = [
  'url',
  'src',
  'path',
  'image',
  'feature',
  'href',
  'file',
  'source',
  'teaser',
  'thumbnail',
  'link',
];

function imageFrom(value: Value, base: string): Image | 'invalid' | null {
  if (Array.isArray(value)) {
    for (const item of value) {
      const image = imageFrom(item, base);
      if (image) return image;
    }
    return null;
  }
  const address = value instanceof Map ? innerText(value, ...ADDRESS_KEYS) : textOf(value);
  // `hero: true` and `preview: 300` name no picture.
  if (!address || !/[./:]/.test(address)) return null;
  const url = resolveAddress(address.replace(/^!?\[\[(.+?)(?:\|.*)?\]\]$/, '$1'), base);
  if (!url || !/^https?:/.test(url)) return 'invalid';
  if (!(value instanceof Map)) return { url };
  const alt = innerText(value, 'alt', 'caption', 'title');
  const width = pixels(innerText(value, 'width'));
  const height = pixels(innerText(value, 'height'));
  return { url, ...(alt ? { alt: plainText(alt) } : {}), ...(width ? { width } : {}), ...(height ? { height } : {}) };
}

function pixels(text: string | null): number | null {
  const number = Number(/^(\d{1,5})(?:px)?$/.exec(text ?? '')?.[1] ?? 0);
  return number || null;
}

const AUDIO = ['audio', 'audioUrl', 'audioFile', 'mp3', 'podcast', 'podcastUrl', 'podcastFile', 'episode'];
const VIDEO = ['video', 'videoUrl', 'videoFile'];
const OTHER = ['enclosure', 'enclosures', 'attachment', 'attachments'];

const TYPES = new Map(
  Object.entries({
    mp3: 'audio/mpeg',
    m4a: 'audio/mp4',
    m4b: 'audio/mp4',
    aac: 'audio/aac',
    ogg: 'audio/ogg',
    oga: 'audio/ogg',
    opus: 'audio/ogg',
    flac: 'audio/flac',
    wav: 'audio/wav',
    mp4: 'video/mp4',
    m4v: 'video/mp4',
    mov: 'video/quicktime',
    webm: 'video/webm',
    ogv: 'video/ogg',
    mkv: 'video/x-matroska',
    pdf: 'application/pdf',
    epub: 'application/epub+zip',
    zip: 'application/zip',
    jpg: 'image/jpeg',
    jpeg: 'image/jpeg',
    png: 'image/png',
    gif: 'image/gif',
    webp: 'image/webp',
  }),
);

/** Audio, video and other files that front matter names. Each address once. */
export function enclosuresOf(ask: Lookup, base: string): Enclosure[] {
  const enclosures = new Map<string, Enclosure>();
  const visit = (value: Value, fallback: string | null, depth: number) => {
    if (Array.isArray(value)) {
      if (depth < 3) for (const item of value) visit(item, fallback, depth + 1);
      return;
    }
    const enclosure = enclosureFrom(value, fallback, base);
    if (enclosure && !enclosures.has(enclosure.url)) enclosures.set(enclosure.url, enclosure);
  };
  for (const { value } of ask.all(AUDIO)) visit(value, 'audio/mpeg', 0);
  for (const { value } of ask.all(VIDEO)) visit(value, 'video/mp4', 0);
  for (const { value } of ask.all(OTHER)) visit(value, 'application/octet-stream', 0);
  const [only] = enclosures.values();
  if (only && enclosures.size === 1) {
    const length = count(textOf(ask.first(['audioLength', 'audioSize', 'podcastBytes', 'filesize', 'bytes'])?.value));
    const duration = secondsOf(textOf(ask.first(['duration', 'audioDuration', 'podcastDuration'])?.value));
    if (only.length === 0 && length) only.length = length;
    if (only.duration === undefined && duration) only.duration = duration;
  }
  return [...enclosures.values()];
}

function enclosureFrom(value: Value, fallback: string | null, base: string): Enclosure | null {
  const fields: Fields | null = value instanceof Map ? value : null;
  const address = fields
    ? innerText(fields, 'url', 'src', 'href', 'file', 'path', 'mp3', 'link', 'audio')
    : textOf(value);
  if (!address || !/[./]/.test(address)) return null;
  // An embedded player's page is no file.
  const url = resolveAddress(address, base);
  if (!url || !/^https?:/.test(url)) return null;
  const ending = /\.([a-z0-9]{2,4})$/i.exec(new URL(url).pathname)?.[1]?.toLowerCase() ?? '';
  const named = fields ? innerText(fields, 'type', 'mime', 'mimeType') : null;
  const type = named && /^[\w.+-]+\/[\w.+-]+$/.test(named) ? named.toLowerCase() : (TYPES.get(ending) ?? fallback);
  if (!type || (!fields && !TYPES.get(ending))) return null;
  const duration = fields ? secondsOf(innerText(fields, 'duration')) : null;
  const title = fields ? innerText(fields, 'title', 'name') : null;
  return {
    url,
    type,
    length: fields ? count(innerText(fields, 'length', 'size', 'bytes', 'filesize')) : 0,
    ...(duration ? { duration } : {}),
    ...(title ? { title: plainText(title) } : {}),
  };
}

function count(text: string | null): number {
  const number = Number((text ?? '').replace(/[,_]/g, ''));
  return Number.isSafeInteger(number) && number > 0 ? number : 0;
}

/** `90`, `1:30` or `01:01:30` in seconds; null when it is none of these. */
function secondsOf(text: string | null): number | null {
  if (!text || !/^\d{1,6}(?:\.\d+)?$|^(?:\d{1,3}:)?\d{1,3}:\d{2}$/.test(text)) return null;
  return text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
}
