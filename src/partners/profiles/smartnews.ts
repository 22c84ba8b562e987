import type { Element } from 'xast';
import { oneLine, sound } from '../../articles/characters.ts';
import type { Dialect, Withdrawn } from '../../feeds/dialect.ts';
import { webAddress } from '../../feeds/labels.ts';
import { body, element, plain, text } from '../../feeds/tree.ts';
import type { Profile, ProfileSettings, Source } from './profile.ts';
import {
  bytesAtMost,
  dateNotAhead,
  descriptionAtMost,
  languageSaid,
  linkPresent,
  linkWithoutTracking,
  titlePresent,
} from './rules.ts';

const SPECIFICATION: Source = {
  title: 'SmartFormat Specification',
  url: 'https://publishers.smartnews.com/hc/en-us/articles/56500436151065',
};
const ITEMS: Source = {
  title: 'SmartFormat Specification, version 1',
  url: 'https://publishers.smartnews.com/hc/en-us/articles/360022906393',
};
const OVERVIEW: Source = {
  title: 'SmartFormat概要 (バージョン2.1)',
  url: 'https://publishers.smartnews.com/hc/ja/articles/360036526213',
};
const RSS: Source = {
  title: 'SmartFormat仕様書 (RSS2.0準拠)',
  url: 'https://publishers.smartnews.com/hc/ja/articles/360010977813',
};
const DELETING: Source = {
  title: 'Deleting Articles',
  url: 'https://publishers.smartnews.com/hc/en-us/articles/360021354914-Deleting-Articles',
};
const UPDATING: Source = {
  title: '動画ファイルを更新する',
  url: 'https://publishers.smartnews.com/hc/ja/articles/4409349226393',
};
const TRAFFIC: Source = {
  title: 'What to do if your traffic on SmartNews drops significantly',
  url: 'https://publishers.smartnews.com/hc/en-us/articles/360049232353',
};

/** Minutes until SmartNews looks again; 1 to 5 are asked for (RSS, "channel"). */
const TTL_MINUTES = 5;

/** Rounded to what RFC 822 can say. */
const rfc822 = (instant: string) => new Date(instant).toUTCString();

/**
 * RSS 2.0 as SmartNews reads it.
 *
 * @see https://publishers.smartnews.com/hc/en-us/articles/56500436151065
 */
export function smartFormat(settings: ProfileSettings): Dialect {
  return {
    name: 'smartnews',
    version: 1,
    namespaces: { snf: 'http://www.smartnews.be/snf' },
    channel: (children, head) => [
      ...children,
      // Required (SPECIFICATION, "<channel>"); RSS alone has no use for it beside lastBuildDate.
      element('pubDate', {}, text(rfc822(head.updated))),
      element('ttl', {}, text(String(TTL_MINUTES))),
      ...logo('snf:logo', settings.logo ?? head.image),
      ...logo('snf:darkModeLogo', settings.darkLogo),
    ],
    item: (children, entry) => [
      ...children.map((node) =>
        // What changed is only read again when this date did (UPDATING, last paragraph).
        node.name === 'pubDate' ? element('pubDate', {}, text(rfc822(entry.updated))) : node,
      ),
      element('media:status', {}, text('active')),
      ...(settings.analytics ? [element('snf:analytics', {}, body(sound(settings.analytics)))] : []),
    ],
    withdrawn,
  };
}

/**
 * DELETING: the item with its status changed and its date moved; one that is merely gone from the feed is kept. It must
 * have a title; the article's own may be what is taken back.
 */
function withdrawn({ id, url, at }: Withdrawn): Element {
  const guid = oneLine(id);
  const link = webAddress(url) ?? url;
  return element(
    'item',
    {},
    element('title', {}, plain(link)),
    element('link', {}, text(link)),
    element('guid', { isPermaLink: String(guid === link) }, text(guid)),
    element('pubDate', {}, text(rfc822(at))),
    element('media:status', {}, text('deleted')),
  );
}

/** RSS, "channel": the address stands in an element of its own. */
function logo(name: string, address: string | null): Element[] {
  const url = webAddress(address);
  return url === null ? [] : [element(name, {}, element('url', {}, text(url)))];
}

export const smartnews: Profile = {
  name: 'smartnews',
  title: 'SmartNews (SmartFormat)',
  about:
    'RSS with `pubDate`, `ttl` and `snf:logo` in the channel, `media:status` and the publisher’s `snf:analytics` in each ' +
    'item. An item’s `pubDate` is its last significant update, by which SmartNews knows that it changed; a withdrawn ' +
    'article is sent as an item of the status `deleted`.',
  sources: [SPECIFICATION, ITEMS, OVERVIEW, RSS, DELETING, UPDATING, TRAFFIC],
  documents: ['rss'],
  dialect: smartFormat,
  articleRules: [
    titlePresent({ level: 'required', cited: { source: ITEMS, section: '<item>' } }),
    linkPresent({ level: 'required', cited: { source: ITEMS, section: '<item>' } }),
    linkWithoutTracking({
      level: 'recommended',
      cited: { source: TRAFFIC, section: 'Make sure the URL is configured' },
    }),
    dateNotAhead({ level: 'recommended', cited: { source: TRAFFIC, section: 'Check your date handling' } }),
  ],
  feedRules: [
    languageSaid({ level: 'required', cited: { source: SPECIFICATION, section: '<channel>' } }),
    descriptionAtMost(30, { level: 'required', cited: { source: SPECIFICATION, section: '<channel>' } }),
    bytesAtMost(1, { level: 'recommended', cited: { source: OVERVIEW, section: '制限事項: ファイル容量' } }),
    {
      code: 'logo-missing',
      level: 'recommended',
      demand: 'The feed has the logo that stands above each article.',
      cited: { source: OVERVIEW, section: '拡張要素一覧' },
      failure: ({ head, settings }) =>
        webAddress(settings.logo ?? head.image)
          ? null
          : { message: 'there is no logo', mend: "Set the partner's `logo`, or `site.image` in the configuration." },
    },
  ],
  leftOut: [
    'sizes of `snf:logo` and of thumbnails',
    'the list of HTML elements that SmartView shows, of which only the first third could be read',
    '`snf:advertisement` with its sponsored links, and `snf:video`: no article has such',
  ],
};
