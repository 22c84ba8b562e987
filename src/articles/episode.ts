import type { Enclosure, Episode } from './article.ts';
import { flagOf, innerText, type Lookup, textOf } from './fields.ts';
import type { Value } from './front-matter.ts';
import { resolveAddress } from './links.ts';

/** Media types of transcripts that the podcast namespace knows, by the ending of their address. */
const TRANSCRIPTS: Record<string, string> = {
  vtt: 'text/vtt',
  srt: 'application/x-subrip',
  json: 'application/json',
  html: 'text/html',
  txt: 'text/plain',
};
const TYPES = ['full', 'trailer', 'bonus'] as const;

/**
 * What front matter says of an article as an episode of a podcast; null when there is nothing to play, or nothing is said.
 *
 * @param base the article's address, to which others may be relative
 */
export function episodeOf(ask: Lookup, enclosures: Enclosure[], base: string): Episode | null {
  if (!enclosures.some(({ type }) => /^(?:audio|video)\//.test(type))) return null;
  const season = numberOf(ask.first(['season', 'seasonNumber', 'podcastSeason'])?.value);
  const number = numberOf(ask.first(['episode', 'episodeNumber', 'podcastEpisode'])?.value);
  const type = TYPES.find((one) => one === textOf(ask.first(['episodeType', 'podcastType'])?.value)?.toLowerCase());
  const explicit = flagOf(ask.first(['explicit', 'podcastExplicit'])?.value);
  const found = ask.all(['transcript', 'transcripts', 'podcastTranscript']).flatMap(({ value }) => value);
  const transcripts = found.flatMap((value) => transcriptFrom(value, base) ?? []);
  const chapters = addressOf(ask.first(['chapters', 'chaptersUrl', 'podcastChapters'])?.value, base);
  const episode: Episode = {
    ...(season && { season }),
    ...(number && { number }),
    ...(type && { type }),
    ...(explicit !== null && { explicit }),
    ...(transcripts.length > 0 && { transcripts }),
    ...(chapters && { chapters }),
  };
  return Object.keys(episode).length > 0 ? episode : null;
}

function transcriptFrom(value: Value, base: string): { url: string; type: string } | null {
  const url = addressOf(value, base);
  if (url === null) return null;
  const named = value instanceof Map ? innerText(value, 'type') : null;
  const type = named ?? TRANSCRIPTS[/\.([a-z]+)$/i.exec(new URL(url).pathname)?.[1]?.toLowerCase() ?? ''];
  return type !== undefined && /^[\w.+-]+\/[\w.+-]+$/.test(type) ? { url, type } : null;
}

/** A file's address; a text without a point or slash, such as `yes`, is none. */
function addressOf(value: Value | undefined, base: string): string | null {
  const address = value instanceof Map ? innerText(value, 'url', 'src', 'href', 'file') : textOf(value);
  if (!address || !/[./]/.test(address) || /\s/.test(address)) return null;
  const url = resolveAddress(address, base);
  return url && /^https?:/.test(url) ? url : null;
}

function numberOf(value: Value | undefined): number | null {
  const number = Number(/^\d{1,6}$/.exec(textOf(value) ?? '')?.[0] ?? 0);
  return number || null;
}
