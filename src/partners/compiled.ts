import type { ArticleData } from '../articles/article.ts';
import type { Config } from '../config/schema.ts';
import type { FeedRef } from '../feeds/entry.ts';
import { filterOf, type Names, namesOf } from '../feeds/selection.ts';
import type { Home } from '../home.ts';
import { readSetting } from '../storage/settings.ts';
import { feedKeyOf } from './addresses.ts';
import { momentOf, type Partner } from './partner.ts';
import { REVISION, readPartners, type StoredPartner } from './partners.ts';
import { type TextRules, textRulesOf } from './text-rules.ts';

const DAY_MS = 86_400_000;

/** When an article is in a partner's feeds; epoch milliseconds. `until` is null when it stays. */
export interface Stay {
  from: number;
  until: number | null;
}

/** A partner, ready to be asked about many articles. */
export interface CompiledPartner {
  partner: StoredPartner;
  feed: FeedRef;
  /** What is done to texts; null where they are as the site's own feeds have them. */
  text: TextRules | null;
  /** When the partner may have an article; null for never. */
  stayOf(article: SelectedArticle): Stay | null;
}

/** What of an article decides which partners may have it. */
export interface SelectedArticle {
  names: Names;
  inFeeds: boolean;
  /** Epoch milliseconds. */
  published: number;
}

/** An article as partners' filters look at it. */
export function selectedArticle(article: Omit<ArticleData, 'bodyLine'>, config: Config): SelectedArticle {
  const { inFeeds, published } = article;
  return { names: namesOf(article, config.site.language), inFeeds, published: Date.parse(published) };
}

const known = new WeakMap<Config, { revision: string; partners: Map<string, CompiledPartner> }>();

/**
 * Every partner by its id. What is compiled is kept as long as no partner changes, which costs a query to know. One
 * whose settings cannot be read is left out: its feeds stay as they are.
 */
export async function compiledPartners(home: Home): Promise<Map<string, CompiledPartner>> {
  const revision = (await readSetting(home, REVISION)) ?? '';
  const kept = known.get(home.config);
  if (kept?.revision === revision) return kept.partners;
  const partners = new Map<string, CompiledPartner>();
  for (const partner of await readPartners(home)) {
    const compiled = partner.broken ? null : compileOne(home, partner);
    if (compiled) partners.set(partner.id, compiled);
  }
  if (revision !== '') known.set(home.config, { revision, partners });
  return partners;
}

/** Null where a partner's settings, though they were taken once, cannot be used: it stops nobody else. */
function compileOne(home: Home, partner: StoredPartner): CompiledPartner | null {
  try {
    return compile(home, partner);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    home.log.error('partner left out', { partner: partner.id, error: message });
    return null;
  }
}

function compile(home: Home, partner: StoredPartner): CompiledPartner {
  const { config } = home;
  const { site } = config;
  const isMeant = filterOf(partner.where);
  const windows = partner.windows.map(({ from, until }) => ({
    from: (from === null ? null : momentOf(from, site.timezone, 'start')) ?? Number.NEGATIVE_INFINITY,
    until: (until === null ? null : momentOf(until, site.timezone, 'end')) ?? Number.POSITIVE_INFINITY,
  }));
  const embargoOf = embargoes(partner);
  return {
    partner,
    feed: { key: feedKeyOf(partner.id), kind: 'partner', title: partner.title ?? site.title, lang: null },
    text: textRulesOf(partner, home),
    stayOf({ names, inFeeds, published }) {
      if (!inFeeds || !isMeant(names)) return null;
      if (windows.length > 0 && !windows.some(({ from, until }) => published >= from && published < until)) return null;
      const from = published + embargoOf(names) * 1000;
      const until = partner.days === null ? null : published + partner.days * DAY_MS;
      return until !== null && until <= from ? null : { from, until };
    },
  };
}

/** Seconds of a partner's embargo on an article. Of several exceptions the longest counts, so that none is broken. */
function embargoes({ embargoSeconds, embargoExceptions }: Partner): (names: Names) => number {
  const exceptions = Object.entries(embargoExceptions).map(([category, seconds]) => ({
    isMeant: filterOf({ category }),
    seconds,
  }));
  return (names) => {
    const meant = exceptions.filter(({ isMeant }) => isMeant(names)).map(({ seconds }) => seconds);
    return meant.length > 0 ? Math.max(...meant) : embargoSeconds;
  };
}
