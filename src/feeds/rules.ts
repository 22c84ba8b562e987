import type { Home } from '../home.ts';
import { partnerOfFeed } from '../partners/addresses.ts';
import { type CompiledPartner, compiledPartners } from '../partners/compiled.ts';
import type { TextRules } from '../partners/text-rules.ts';
import { type FeedHead, type FeedRef, FORMATS, type Format } from './entry.ts';
import { headOf, ruleOf } from './selection.ts';

/** How a feed is shown. */
export interface FeedRule {
  /** Entries of a document. */
  limit: number;
  /** Bytes that none of its documents exceeds. */
  maxBytes: number;
  content: 'full' | 'excerpt';
  formats: readonly Format[];
  /** What is done to its texts; null for nothing. */
  text: TextRules | null;
  /** What its head says otherwise than the site's. */
  head: Partial<FeedHead>;
}

/** The rules of feeds by their keys; a feed that is no more has none. */
export async function feedRules(home: Home, feeds: Pick<FeedRef, 'key' | 'kind'>[]): Promise<Map<string, FeedRule>> {
  const partners = feeds.some(({ kind }) => kind === 'partner') ? await compiledPartners(home) : new Map();
  return new Map(
    feeds.flatMap((feed) => {
      const rule = ruleFor(home, feed, partners);
      return rule ? [[feed.key, rule]] : [];
    }),
  );
}

function ruleFor(
  { config }: Home,
  feed: Pick<FeedRef, 'key' | 'kind'>,
  partners: ReadonlyMap<string, CompiledPartner>,
): FeedRule | null {
  const always = { formats: FORMATS, text: null, head: {} };
  if (feed.kind === 'defined') {
    const rule = ruleOf(feed, config);
    return rule ? { limit: rule.limit, maxBytes: rule.maxBytes, content: rule.content, ...always } : null;
  }
  if (feed.kind !== 'partner') {
    const { limit, maxBytes, content } = config.feeds;
    return { limit, maxBytes, content, ...always };
  }
  const found = partners.get(partnerOfFeed(feed.key) ?? '');
  if (!found) return null;
  const { limit, content, formats, licence, noindex } = found.partner;
  return {
    limit,
    maxBytes: Math.max(config.feeds.maxBytes, limit * BYTES_OF_ENTRY),
    content,
    formats,
    text: found.text,
    head: { ...(licence !== null && { copyright: licence }), ...(noindex && { noindex }) },
  };
}

/** Room for a long text in each entry of a partner's feed. */
const BYTES_OF_ENTRY = 50_000;

/** What a feed says of itself, by its rule. Who follows a partner's feed is told by this server's hub alone. */
export function headBy(home: Home, feed: FeedRef, rule: FeedRule, host: string, updated: string): FeedHead {
  const head = headOf(feed, home.config, home.url, host, updated);
  if (feed.kind !== 'partner') return head;
  const { cloud: _cloud, otherHubs: _hubs, ...own } = head;
  return { ...own, ...rule.head, tellsWithdrawals: true };
}
