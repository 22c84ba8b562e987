import type { ArticleData } from '../articles/article.ts';
import type { Variant } from '../feeds/entry.ts';
import { renderFragment, renderPartnerFragment } from '../feeds/fragments.ts';
import { bodiesOf, entryOf } from '../feeds/rendering.ts';
import type { Home } from '../home.ts';
import { RETRACTED, type Retraction, retractionOf } from '../ledger/retractions.ts';
import type { Notice } from '../push/channels/channel.ts';
import type { News, NewsItem } from '../push/channels/news.ts';
import { type CompiledPartner, selectedArticle } from './compiled.ts';
import { wasOffered } from './offers.ts';
import { NOT_FOR_PARTNER } from './recalls.ts';

/** What there is to say to a partner: now, after an instant (epoch milliseconds), or never. */
export interface PartnerNews {
  says: News | null;
  until: number | null;
}

interface Present {
  id: string;
  updated: string;
  body_hash: string;
  data: string;
}

const NOTHING: PartnerNews = { says: null, until: null };

/**
 * What there is to say of an article to a partner, by what is true now: the article as its feeds have it, after its
 * embargo and as far as its filter means it; or that it was taken back, to whoever had it. A kill is said to everybody.
 */
export async function partnerNews(home: Home, partner: CompiledPartner, notice: Notice): Promise<PartnerNews> {
  const { subject } = notice;
  const { id } = partner.partner;
  const article = await home.db
    .prepare('SELECT id, updated, body_hash, data FROM articles WHERE id = ?')
    .bind(subject)
    .first<Present & { [column: string]: string }>();
  const had = await wasOffered(home, id, subject);
  const retraction = await retractionOf(home, subject);
  // What was taken back by command is so before the run that takes it out of the documents.
  if (!article || retraction) return withdrawn(home, id, { notice, had, retraction });
  const data = JSON.parse(article.data) as ArticleData;
  const stay = partner.stayOf(selectedArticle(data, home.config));
  const now = home.now();
  if (stay === null) {
    // Once it knows that an article is not for it, what becomes of the article is not either.
    const isNews = notice.type === 'withdrawn' || !(await isSettled(home, id, subject));
    return had && isNews ? { says: await withdrawal(home, notice, NOT_FOR_PARTNER), until: null } : NOTHING;
  }
  if (stay.from > now && !had) return { says: null, until: stay.from };
  // Who had it hears of its corrections also when it is too old for its feeds.
  if (stay.until !== null && stay.until <= now && !had) return NOTHING;
  const isNew = notice.type === 'published' || !had;
  const says: News = {
    type: isNew ? 'article.published' : 'article.updated',
    timestamp: notice.at,
    data: await itemFor(home, partner, article, data),
  };
  return { says, until: null };
}

async function isSettled(home: Home, partner: string, article: string): Promise<boolean> {
  const row = await home.db
    .prepare('SELECT settled_at FROM recalls WHERE partner = ? AND article = ?')
    .bind(partner, article)
    .first<{ settled_at: number | null }>();
  return row?.settled_at != null;
}

/** The article as the partner's JSON Feed has it. */
async function itemFor(home: Home, { partner, text }: CompiledPartner, article: Present, data: ArticleData) {
  const bodies = await bodiesOf(home, [article]);
  // JSON Feed makes no ids of a host's name.
  const entry = { ...entryOf(home, article, bodies.get(article.body_hash) ?? ''), host: '' };
  const variant: Variant = data.excerpt ? 'excerpt' : partner.content;
  const fragment =
    text === null
      ? renderFragment(entry, 'json', variant)
      : renderPartnerFragment(entry, 'json', variant, text, home.config);
  return JSON.parse(fragment) as NewsItem;
}

/** To whoever had it, or could have read it in its archives; a kill to everybody. */
async function withdrawn(
  home: Home,
  partner: string,
  { notice, had, retraction }: { notice: Notice; had: boolean; retraction: Retraction | null },
): Promise<PartnerNews> {
  const recall = await home.db
    .prepare('SELECT 1 AS one FROM recalls WHERE partner = ? AND article = ?')
    .bind(partner, notice.subject)
    .first();
  const isTold = had || recall !== null || retraction?.kind === 'kill';
  const says = isTold ? await withdrawal(home, notice, null, retraction) : null;
  return { says, until: null };
}

/**
 * That an article was taken back: what is left to say of it.
 *
 * @param because why, where it is still published
 */
async function withdrawal(
  home: Home,
  { subject, at }: Notice,
  because: string | null,
  retraction: Retraction | null = null,
): Promise<News | null> {
  const known = await home.db
    .prepare('SELECT url, title, published, updated, withdrawn, withdrawn_reason FROM ledger WHERE id = ?')
    .bind(subject)
    .first<{
      url: string;
      title: string;
      published: string;
      updated: string;
      withdrawn: string | null;
      withdrawn_reason: string | null;
    }>();
  if (!known) return null;
  const reason = because ?? (retraction ? RETRACTED[retraction.kind] : known.withdrawn_reason);
  return {
    type: 'article.withdrawn',
    timestamp: at,
    data: {
      id: subject,
      url: known.url,
      title: known.title,
      date_published: known.published,
      date_modified: known.updated,
      withdrawn: (because === null ? (retraction?.at ?? known.withdrawn) : null) ?? at,
      ...(reason !== null && { reason }),
      mandatory: retraction?.kind === 'kill',
      ...(retraction && { note: retraction.reason }),
    },
  };
}
