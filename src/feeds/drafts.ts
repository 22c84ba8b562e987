import type { Home } from '../home.ts';
import { partnerOfFeed } from '../partners/addresses.ts';
import { linkFor } from '../partners/entry.ts';
import { type OpenRecalls, openRecalls } from '../partners/recalls.ts';
import type { TextRules } from '../partners/text-rules.ts';
import type { Statement } from '../storage/ports.ts';
import { markOf } from '../storage/versions.ts';
import { isArchived, linksToArchives, newestArchives, relinkArchives } from './archives.ts';
import type { Dialect, Withdrawn } from './dialect.ts';
import { assembleDocument } from './documents.ts';
import { type FeedHead, type FeedRef, FORMATS, type Variant } from './entry.ts';
import { firstHost } from './host.ts';
import { type Member, membersById, named, newestMembers } from './members.ts';
import { type FeedRule, headBy } from './rules.ts';
import { type FragmentContext, fitted, fragmentHash, fragmentsOf, keptAs, type Shown } from './shown.ts';
import { clearArchives, tombstonesOf, unclearedFeeds } from './tombstones.ts';

/** What the documents of a feed are made from. */
export interface Draft<F extends FeedRef> {
  feed: F;
  head: FeedHead;
  shown: Shown[];
  /** Of the entries that are shown. */
  marks: string[];
  tombstones: Withdrawn[];
  /** What a partner that had an article has to learn of it; null of other feeds. */
  recalls: OpenRecalls | null;
  /** It has no article any more. */
  isEmpty: boolean;
  rule: FeedRule;
}

/** What a feed that never had an entry says of its last change; validators take what is before 1990 for a mistake. */
const NEVER = '2000-01-01T00:00:00.000Z';

/**
 * What stands in feeds now. Fragments that were made for it are stored as they are made: they are right whether or not the
 * documents come to be committed, and all of a step in one batch are more than an isolate should hold.
 *
 * @param rules of all these feeds
 */
export async function draftsOf<F extends FeedRef>(
  home: Home,
  feeds: F[],
  rules: ReadonlyMap<string, FeedRule>,
  context: FragmentContext,
): Promise<Draft<F>[]> {
  const ruleFor = ({ key }: F) => rules.get(key) as FeedRule;
  const host = await firstHost(home);
  const newest = await newestMembers(home, feeds, Math.max(...feeds.map((feed) => ruleFor(feed).limit)));
  const membersOf = (feed: F) => newest.get(feed.key) ?? [];
  const tombstones = await tombstonesOf(home, feeds, host);
  const recalls = await openRecalls(home, feeds.flatMap(partnerOf));
  const recallsFor = (feed: F) => recalls.get(partnerOf(feed)[0] ?? '');
  const tombstonesFor = (feed: F): Withdrawn[] =>
    feed.kind === 'partner'
      ? (recallsFor(feed)?.withdrawn.map((one) => ({ ...one, host })) ?? [])
      : (tombstones.get(feed.key) ?? []);
  await relinkArchives(home, feeds.filter(isArchived));
  for (const key of await unclearedFeeds(home, feeds.filter(isArchived))) await clearArchives(home, key);

  const store = async (rendered: Statement[]) => {
    for (const statement of rendered) await home.db.batch([statement]);
  };
  const show = (members: Member[], content: Variant, text: TextRules | null) =>
    fragmentsOf(home, members, content, context, text, store);
  const recalled = await membersById(home, [...new Set(feeds.flatMap((feed) => recallsFor(feed)?.updated ?? []))]);
  const limited = (feed: F) => {
    const window = membersOf(feed).slice(0, ruleFor(feed).limit);
    // What a partner had is said again when it changed, also when it has left the window.
    const others = (recallsFor(feed)?.updated ?? []).filter((id) => !window.some((member) => member.id === id));
    return [...window, ...others.flatMap((id) => recalled.get(id) ?? [])];
  };
  const texts = new Map<Member, Shown>();
  for (const alike of Map.groupBy(feeds, (feed) => keptAs(ruleFor(feed).content, ruleFor(feed).text)).values()) {
    const { content, text } = ruleFor(alike[0] as F);
    for (const one of await show(alike.flatMap(limited), content, text)) texts.set(one.member, one);
  }

  const drafts: Draft<F>[] = [];
  const leftOut = new Map<string, string>();
  for (const feed of await named(home, feeds, newest)) {
    const members = membersOf(feed);
    const rule = ruleFor(feed);
    const { text } = rule;
    const head = headBy(home, feed, rule, host, NEVER);
    const gone = tombstonesFor(feed).map((one) => (text ? { ...one, url: linkFor(one.url, text, home.config) } : one));
    const shown = await fitted(
      limited(feed).flatMap((member) => texts.get(member) ?? []),
      rule.maxBytes,
      () => headBytes(head, gone, text?.dialect),
      async (member) => (await show([member], 'cut', text))[0],
    );
    const next = members[Math.min(shown.length, rule.limit)];
    if (next && isArchived(feed)) leftOut.set(feed.key, next.sort);
    drafts.push({
      feed,
      head: { ...head, updated: newestOf(shown) },
      shown,
      marks: shown.map(({ member, variant }) =>
        markOf(home, member.id, `${keptAs(variant, text)} ${member.id} ${fragmentHash(member, context.fingerprint)}`),
      ),
      tombstones: gone,
      recalls: recallsFor(feed) ?? null,
      isEmpty: members.length === 0,
      rule,
    });
  }
  const archives = await newestArchives(home, leftOut);
  for (const { feed, head } of drafts) head.archives = linksToArchives(home, feed, archives.get(feed.key) ?? null);
  return drafts;
}

/** The partner whose feed it is; none of other feeds. */
function partnerOf({ key, kind }: FeedRef): string[] {
  const partner = kind === 'partner' ? partnerOfFeed(key) : null;
  return partner === null ? [] : [partner];
}

function newestOf(shown: Shown[]): string {
  const updates = shown.map(({ member }) => member.updated).sort();
  return updates.at(-1) ?? NEVER;
}

/** Bytes that a document takes beside its entries, in the format in which they are most. */
function headBytes(head: FeedHead, tombstones: Withdrawn[], dialect: Dialect | null | undefined): number {
  const empty = FORMATS.map((format) => assembleDocument(head, format, [], tombstones, dialect));
  return Math.max(...empty.map(({ body }) => body.byteLength)) + LINKS_BYTES;
}

/** Links to archives and namespaces, which the head has when all is known. */
const LINKS_BYTES = 3000;
