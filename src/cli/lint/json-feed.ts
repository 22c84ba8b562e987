import { type Findings, shown } from './finding.ts';
import { type Places, placeAt, placesOf } from './json-places.ts';
import { lintHtml } from './markup.ts';
import { tell } from './structure.ts';
import { type Fault, isoDate, language, mediaType, webAddress } from './values.ts';

const VERSION = 'https://jsonfeed.org/version/1.1';
const SPEC = 'JSON Feed 1.1';
const FEED = new Set(
  'version title home_page_url feed_url description user_comment next_url icon favicon author authors language expired hubs items'.split(
    ' ',
  ),
);
const ITEM = new Set(
  'id url external_url title content_html content_text summary image banner_image date_published date_modified author authors tags language attachments'.split(
    ' ',
  ),
);

type Record_ = Record<string, unknown>;

/** What JSON Feed 1.1 asks. */
export function lintJson(findings: Findings, text: string, address: string | null, now: number): void {
  let feed: unknown;
  try {
    feed = JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const offset = Number(/position (\d+)/.exec(message)?.[1] ?? 0);
    findings.error('json-syntax', 'RFC 8259', placeAt(text, offset), `This is no JSON: ${message}.`);
    return;
  }
  const at = placesOf(text);
  if (!isObject(feed)) {
    findings.error('feed-none', SPEC, at(''), 'A JSON Feed is an object.');
    return;
  }
  const look = looker(findings, at);
  if (feed.version === undefined)
    findings.error(
      'version-missing',
      `${SPEC}, top-level`,
      at(''),
      'The feed has no version.',
      `"version": "${VERSION}"`,
    );
  else if (feed.version !== VERSION) {
    const isKnown = feed.version === 'https://jsonfeed.org/version/1';
    findings[isKnown ? 'warning' : 'error'](
      isKnown ? 'version-old' : 'version-invalid',
      `${SPEC}, top-level`,
      at('version'),
      `The version is ${shown(String(feed.version))}.`,
      `"version": "${VERSION}"`,
    );
  }
  look.text(feed, '', 'title', null, true);
  for (const name of ['home_page_url', 'feed_url', 'next_url', 'icon', 'favicon'])
    look.text(feed, '', name, webAddress);
  look.text(feed, '', 'description', null);
  look.text(feed, '', 'language', language);
  look.people(feed, '');
  if (feed.feed_url === undefined)
    findings.warning(
      'self-missing',
      `${SPEC}, top-level`,
      at(''),
      'The feed does not say where it is.',
      `"feed_url": "${address ?? 'https://…/feed.json'}"`,
    );
  else if (address !== null && feed.feed_url !== address)
    findings.warning(
      'self-elsewhere',
      `${SPEC}, top-level`,
      at('feed_url'),
      `The feed says that it is at ${feed.feed_url}, and came from ${address}.`,
    );
  if (feed.expired !== undefined && typeof feed.expired !== 'boolean')
    findings.error('type-wrong', `${SPEC}, top-level`, at('expired'), '"expired" is true or false.');
  look.unknown(feed, '', FEED);
  if (Array.isArray(feed.hubs))
    for (const [index, hub] of feed.hubs.entries()) {
      look.text(hub as Record_, `hubs.${index}`, 'type', null, true);
      look.text(hub as Record_, `hubs.${index}`, 'url', webAddress, true);
    }
  if (!Array.isArray(feed.items)) {
    findings.error('items-missing', `${SPEC}, top-level`, at(''), 'The feed has no "items".', '"items": []');
    return;
  }
  const known = new Map<string, number>();
  for (const [index, item] of feed.items.entries()) {
    const path = `items.${index}`;
    if (!isObject(item)) {
      findings.error('item-invalid', `${SPEC}, items`, at(path), 'An item is an object.');
      continue;
    }
    lintItem(findings, item, path, at, look, now);
    const id = String(item.id);
    const first = known.get(id);
    if (item.id === undefined) continue;
    if (first === undefined) known.set(id, index);
    else
      findings.error(
        'id-twice',
        `${SPEC}, items`,
        at(`${path}.id`),
        `The id ${shown(id)} is that of item ${first + 1} too: readers show one of them.`,
        'an id of its own',
      );
  }
}

function lintItem(
  findings: Findings,
  item: Record_,
  path: string,
  at: Places,
  look: ReturnType<typeof looker>,
  now: number,
): void {
  const spec = `${SPEC}, items`;
  if (typeof item.id === 'number')
    findings.error('id-type', spec, at(`${path}.id`), `The id ${item.id} is a number.`, `"id": "${item.id}"`);
  else look.text(item, path, 'id', null, true);
  for (const name of ['url', 'external_url', 'image', 'banner_image']) look.text(item, path, name, webAddress);
  for (const name of ['date_published', 'date_modified']) look.text(item, path, name, (text) => isoDate(text, now));
  for (const name of ['title', 'summary', 'content_text']) look.text(item, path, name, null);
  look.text(item, path, 'language', language);
  look.people(item, path);
  if (item.content_html === undefined && item.content_text === undefined)
    findings.error(
      'item-empty',
      spec,
      at(path),
      'The item has neither "content_html" nor "content_text".',
      '"content_text": "…"',
    );
  if (typeof item.content_html === 'string')
    lintHtml(findings, at(`${path}.content_html`), item.content_html, spec, false);
  else look.text(item, path, 'content_html', null);
  if (item.tags !== undefined && !(Array.isArray(item.tags) && item.tags.every((tag) => typeof tag === 'string')))
    findings.error('type-wrong', spec, at(`${path}.tags`), '"tags" is a list of texts.', '"tags": ["…"]');
  if (Array.isArray(item.attachments))
    for (const [index, attachment] of item.attachments.entries()) {
      look.text(attachment as Record_, `${path}.attachments.${index}`, 'url', webAddress, true);
      look.text(attachment as Record_, `${path}.attachments.${index}`, 'mime_type', mediaType, true);
    }
  look.unknown(item, path, ITEM);
}

/** Looks at values by their key, and says what is wrong where they stand. */
function looker(findings: Findings, at: Places) {
  const join = (path: string, name: string) => (path === '' ? name : `${path}.${name}`);
  const spec = (path: string) => `${SPEC}, ${path === '' ? 'top-level' : 'items'}`;
  return {
    text(
      object: Record_,
      path: string,
      name: string,
      check: ((text: string) => Fault | null) | null,
      isNeeded = false,
    ): void {
      const value = isObject(object) ? object[name] : undefined;
      if (value === undefined) {
        if (isNeeded) findings.error('key-missing', spec(path), at(path), `There is no "${name}".`, `"${name}": "…"`);
      } else if (typeof value !== 'string')
        findings.error('type-wrong', spec(path), at(join(path, name)), `"${name}" is no text.`, `"${name}": "…"`);
      else if (check) tell(findings, at(join(path, name)), spec(path), check(value));
    },
    people(object: Record_, path: string): void {
      if (object.author !== undefined)
        findings.warning(
          'author-old',
          `${SPEC}, authors`,
          at(join(path, 'author')),
          '"author" is that of version 1.',
          '"authors": [{ "name": "…" }]',
        );
      if (object.authors === undefined) return;
      if (!Array.isArray(object.authors)) {
        findings.error(
          'type-wrong',
          `${SPEC}, authors`,
          at(join(path, 'authors')),
          '"authors" is a list.',
          '"authors": [{ "name": "…" }]',
        );
        return;
      }
      for (const [index, person] of object.authors.entries())
        if (!isObject(person) || !['name', 'url', 'avatar'].some((key) => typeof person[key] === 'string'))
          findings.error(
            'author-empty',
            `${SPEC}, authors`,
            at(join(path, `authors.${index}`)),
            'An author has a name, an address or a picture.',
            '{ "name": "…" }',
          );
    },
    unknown(object: Record_, path: string, known: Set<string>): void {
      for (const name of Object.keys(object))
        if (!known.has(name) && !name.startsWith('_'))
          findings.warning(
            'key-unknown',
            `${SPEC}, extensions`,
            at(join(path, name)),
            `"${name}" is no key of JSON Feed.`,
            `"_${name}"`,
          );
    },
  };
}

const isObject = (value: unknown): value is Record_ =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
