import { firstHost } from '../feeds/host.ts';
import { MEMBER, type Member } from '../feeds/members.ts';
import { NEWS_LIMIT } from '../feeds/news-sitemap.ts';
import { bodiesOf, entryOf } from '../feeds/rendering.ts';
import { feedRules, headBy } from '../feeds/rules.ts';
import { variantOf } from '../feeds/shown.ts';
import type { Home } from '../home.ts';
import { documentsOfFeeds } from '../storage/documents.ts';
import { compiledPartners } from './compiled.ts';
import { entryFor } from './entry.ts';
import { checkArticle, checkFeed } from './profiles/check.ts';
import type { Finding, OfferedArticle } from './profiles/profile.ts';
import { profileOf } from './profiles/profiles.ts';

/** An article with what its destination would not take of it. */
export interface CheckedArticle {
  id: string;
  url: string;
  title: string;
  findings: Finding[];
}

/** What a partner's destination would not take of what it gets now. */
export interface PartnerCheck {
  partner: string;
  profile: string;
  /** Whether every rule that the destination requires is met. */
  passes: boolean;
  /** Of the feed as a whole. */
  feed: Finding[];
  /** Each article of the partner's feed, the newest first. */
  articles: CheckedArticle[];
  counts: { articles: number; refused: number; required: number; recommended: number };
}

/** Articles rendered together. */
const PAGE = 100;

/** Compares what a partner's feed has now with its profile; null where there is no such partner, or none that can be read. */
export async function checkPartner(home: Home, id: string): Promise<PartnerCheck | null> {
  const compiled = (await compiledPartners(home)).get(id);
  if (!compiled) return null;
  const { partner, feed: ref, text } = compiled;
  const rule = (await feedRules(home, [ref])).get(ref.key);
  const profile = profileOf(partner.profile);
  if (!rule || !profile) return null;
  const now = home.now();
  // A sitemap has more than the feeds do: whatever is new, and one more tells that it is too much.
  const limit = profile.documents.includes('news-sitemap') ? NEWS_LIMIT + 1 : rule.limit;
  const all = await offeredArticles(home, ref.key, limit, (entry, member) => ({
    entry: text === null ? entry : entryFor(entry, text, home.config),
    variant: variantOf(member, rule.content),
  }));
  const offered = all.filter((article) => profile.takes?.(article, now) ?? true);
  const host = await firstHost(home);
  const head = headBy(home, ref, rule, host, offered[0]?.entry.updated ?? new Date(0).toISOString());
  const sizes = (await documentsOfFeeds(home, [ref]))
    .filter(({ format }) => profile.documents.includes(format))
    .map(({ size }) => size);
  const bytes = sizes.length > 0 ? Math.max(...sizes) : null;
  const feed = checkFeed(profile, { head, articles: offered, bytes, settings: partner }, now);
  const articles = offered.map(
    (article): CheckedArticle => ({
      id: article.entry.id,
      url: article.entry.url,
      title: article.entry.title,
      findings: checkArticle(profile, article, now),
    }),
  );
  const found = [...feed, ...articles.flatMap(({ findings }) => findings)];
  const required = found.filter(isRequired).length;
  return {
    partner: id,
    profile: profile.name,
    passes: required === 0,
    feed,
    articles,
    counts: {
      articles: articles.length,
      refused: articles.filter(({ findings }) => findings.some(isRequired)).length,
      required,
      recommended: found.length - required,
    },
  };
}

const isRequired = ({ level }: Finding) => level === 'required';

async function offeredArticles(
  home: Home,
  feed: string,
  limit: number,
  offer: (entry: OfferedArticle['entry'], member: Member) => OfferedArticle,
): Promise<OfferedArticle[]> {
  const members = await home.db
    .prepare(
      `SELECT ${MEMBER}, a.body_hash, a.data FROM memberships AS m
       JOIN articles AS a ON a.id = m.article WHERE m.feed = ? ORDER BY m.sort DESC LIMIT ?`,
    )
    .bind(feed, limit)
    .all<Member & { body_hash: string; data: string; [column: string]: string | number | null }>();
  const host = await firstHost(home);
  const offered: OfferedArticle[] = [];
  for (let at = 0; at < members.length; at += PAGE) {
    const page = members.slice(at, at + PAGE);
    const bodies = await bodiesOf(home, page);
    for (const member of page)
      offered.push(offer({ ...entryOf(home, member, bodies.get(member.body_hash) ?? ''), host }, member));
  }
  return offered;
}
