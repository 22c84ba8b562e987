import type { FeedRef } from '../feeds/entry.ts';
import { addresses, CLOUD_PATH, folderAddress, hubsOf } from '../feeds/selection.ts';
import type { Home } from '../home.ts';
import { basePath } from './base.ts';
import type { ShownFeed, SiteFrame } from './pages/parts.ts';
import { wordsFor } from './pages/words.ts';

/** What pages say of the site around them. */
export function frameOf({ config, url }: Home): SiteFrame {
  const { title, language: lang, timezone: zone, logo } = config.site;
  const cloud = config.hub.own ? url + CLOUD_PATH : null;
  return {
    title,
    lang,
    zone,
    logo,
    url,
    base: basePath({ url }),
    hubs: hubsOf(config, url),
    cloud,
    words: wordsFor(lang),
  };
}

/** The page of a feed for people. */
export function pageOf(key: string): string {
  return key === '' ? '/feed' : `${folderAddress(key)}/`;
}

/** A feed as pages list it. */
export function shown({ key, kind, title }: FeedRef, lang = 'en'): ShownFeed {
  const name = kind === 'lang' ? languageName(title, lang) : title;
  return { kind, title: name, page: pageOf(key), ...addresses(key) };
}

/** A language as it is called in another one; its tag where that is not known. */
function languageName(tag: string, lang: string): string {
  try {
    return new Intl.DisplayNames([lang, 'en'], { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
