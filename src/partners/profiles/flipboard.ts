import type { Dialect } from '../../feeds/dialect.ts';
import { imageOf } from '../../feeds/media.ts';
import { element } from '../../feeds/tree.ts';
import type { Profile, Source } from './profile.ts';
import {
  authorPresent,
  bodyWhole,
  entriesAtLeast,
  imageAtLeast,
  imagePresent,
  imageSizeKnown,
  languageSaid,
  linkPresent,
  summaryAtLeast,
  titlePresent,
} from './rules.ts';

const SPECIFICATION: Source = { title: 'Flipboard RSS Spec', url: 'https://about.flipboard.com/rss-spec/' };
const GUIDELINES: Source = {
  title: 'Diretrizes RSS (the guidelines, in English, on the Brazilian site)',
  url: 'https://pt-br.about.flipboard.com/rss-spec/',
};
const RESUBMIT: Source = {
  title: 'Resubmit an RSS feed',
  url: 'https://flipboard.helpshift.com/hc/en/1-flipboard/faq/1023-resubmit-an-rss-feed/',
};

const TYPES: Record<string, string> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
};

/** RSS 2.0 whose picture is an enclosure, where there is no other: it is what Flipboard shows in an overview. */
const magazine: Dialect = {
  name: 'flipboard',
  version: 1,
  item(children, entry) {
    const image = imageOf(entry);
    if (image === null || children.some((node) => node.name === 'enclosure')) return children;
    const extension = /\.([a-z]+)$/i.exec(new URL(image.url).pathname)?.[1]?.toLowerCase() ?? '';
    // An enclosure must say its bytes, and 0 where nobody knows them (RSS profile, "enclosure").
    return [...children, element('enclosure', { url: image.url, length: 0, type: TYPES[extension] ?? 'image/jpeg' })];
  },
};

export const flipboard: Profile = {
  name: 'flipboard',
  title: 'Flipboard',
  about: 'RSS with the article’s picture as its enclosure where it has no other.',
  sources: [SPECIFICATION, GUIDELINES, RESUBMIT],
  documents: ['rss'],
  dialect: () => magazine,
  articleRules: [
    titlePresent({ level: 'required', cited: { source: SPECIFICATION, section: 'Feed Structure' } }),
    linkPresent({ level: 'required', cited: { source: SPECIFICATION, section: 'Feed Structure' } }),
    bodyWhole({ level: 'required', cited: { source: SPECIFICATION, section: 'Optimizing your RSS feed: 1)' } }),
    imagePresent({ level: 'required', cited: { source: SPECIFICATION, section: 'Optimizing your RSS feed: 2)' } }),
    imageAtLeast(400, 'shorter', {
      level: 'required',
      cited: { source: SPECIFICATION, section: 'Optimizing your RSS feed: 2)' },
    }),
    imageAtLeast(
      500,
      'shorter',
      { level: 'recommended', cited: { source: RESUBMIT, section: '<enclosure>' } },
      'image-rather-small',
    ),
    imageSizeKnown({ level: 'recommended', cited: { source: SPECIFICATION, section: 'Optimizing your RSS feed: 2)' } }),
    summaryAtLeast(300, { level: 'recommended', cited: { source: RESUBMIT, section: '<description>' } }),
    authorPresent({ level: 'recommended', cited: { source: RESUBMIT, section: '<dc:creator>' } }),
  ],
  feedRules: [
    entriesAtLeast(20, { level: 'recommended', cited: { source: RESUBMIT, section: 'Submit a new RSS magazine: 6.' } }),
    languageSaid({ level: 'recommended', cited: { source: GUIDELINES, section: 'At the channel level' } }),
  ],
  leftOut: ['how an article is taken back', 'GeoRSS, pull quotes and other design of the paginated view'],
};
