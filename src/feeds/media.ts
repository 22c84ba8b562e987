import type { Element } from 'xast';
import type { Enclosure, Image } from '../articles/article.ts';
import { oneLine } from '../articles/characters.ts';
import type { Entry } from './entry.ts';
import { webAddress } from './labels.ts';
import { element, plain } from './tree.ts';

/** Enclosures that have a web address and a media type, first come first. */
export function enclosuresOf(entry: Entry): Enclosure[] {
  const seen = new Set<string>();
  return entry.enclosures.flatMap((enclosure) => {
    const url = webAddress(enclosure.url);
    if (url === null || seen.has(url)) return [];
    seen.add(url);
    const duration = Math.round(enclosure.duration ?? 0);
    const title = oneLine(enclosure.title ?? '');
    return [
      {
        url,
        type: /^[\w.+-]+\/[\w.+-]+$/.test(enclosure.type) ? enclosure.type : 'application/octet-stream',
        length: Number.isSafeInteger(enclosure.length) && enclosure.length > 0 ? enclosure.length : 0,
        ...(duration > 0 && Number.isSafeInteger(duration) && { duration }),
        ...(title !== '' && { title }),
      },
    ];
  });
}

/** The picture of an entry with its address made canonical; null where there is none. */
export function imageOf(entry: Entry): Image | null {
  const url = webAddress(entry.image?.url);
  return url === null ? null : { ...entry.image, url };
}

/**
 * Media RSS of an entry's picture, for RSS and Atom alike.
 *
 * @see https://www.rssboard.org/media-rss
 */
export function mediaImage(image: Image): Element[] {
  const size = { width: pixels(image.width), height: pixels(image.height) };
  const alt = oneLine(image.alt ?? '');
  const description = alt === '' ? [] : [element('media:description', { type: 'plain' }, plain(alt))];
  return [
    element('media:content', { url: image.url, medium: 'image', ...size }, ...description),
    element('media:thumbnail', { url: image.url, ...size }),
  ];
}

function pixels(value: number | undefined): number | null {
  return value !== undefined && Number.isSafeInteger(value) && value > 0 ? value : null;
}
