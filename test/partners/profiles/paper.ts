import { readFileSync } from 'node:fs';
import type { Withdrawn } from '../../../src/feeds/dialect.ts';
import type { Entry, FeedHead, Variant } from '../../../src/feeds/entry.ts';
import { renderFragment } from '../../../src/feeds/fragments.ts';
import type { Profile, ProfileSettings } from '../../../src/partners/profiles/profile.ts';
import { textOf } from '../../feeds/samples.ts';

export const FIXTURES = new URL('../../fixtures/profiles/', import.meta.url);

/** A small newspaper with what goes wrong: markup in titles, a tiny picture, a title too short, another host. */
export const PAPER = JSON.parse(readFileSync(new URL('paper.json', FIXTURES), 'utf8')) as {
  head: FeedHead;
  settings: ProfileSettings;
  entries: [Entry, Entry, Entry];
  withdrawn: Withdrawn[];
};

/** An instant at which the newest article is a day old. */
export const NOW = Date.parse('2026-03-02T02:00:00.000Z');

/** The paper's RSS as a profile makes it. */
export function rssOf(profile: Profile, variant: Variant = 'full', entries: Entry[] = PAPER.entries): string {
  const dialect = profile.dialect?.(PAPER.settings) ?? null;
  const fragments = entries.map((entry) => renderFragment(entry, 'rss', variant, dialect));
  return textOf(PAPER.head, 'rss', fragments, PAPER.withdrawn, dialect);
}
