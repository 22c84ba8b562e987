import type { Article } from '../articles/article.ts';
import type { Home } from '../home.ts';
import type { RetractionKind } from './retractions.ts';

/** What history knows of an article. */
export interface LedgerRow {
  id: string;
  path: string;
  url: string;
  title: string;
  published: string;
  updated: string;
  first_seen: string;
  body_hash: string;
  significant_hash: string;
  withdrawn: string | null;
  /** How the publisher took it back by command; null where that is not so. */
  retracted: RetractionKind | null;
}

/** An article that has to be told from others: what its file says, and its hashes. */
export interface Newcomer {
  article: Article;
  bodyHash: string;
  /** The id that the configuration makes for it. */
  wantedId: string;
  /** The id that its path had until now, where the path was known. */
  knownAs: string | null;
  /** Its file names an id that it did not name before. */
  namesAnew: boolean;
}

/** Bodies shorter than this are too alike to know an article by (characters). */
const TELLING_BODY = 120;

/**
 * Who each article is. An id is for life: a known path keeps it, also when everything in the file changed, unless files
 * exchanged their names; a new path is matched with an article whose file is gone, by explicit id, then by body, then by
 * date with title; else it is somebody new.
 *
 * @param isGone whether that article's file stands no more where history has it
 * @returns for each newcomer its ledger row, or the id that a new one gets
 */
export async function identify(
  home: Home,
  newcomers: Newcomer[],
  isGone: (row: LedgerRow) => Promise<boolean>,
): Promise<Map<Newcomer, LedgerRow | { id: string }>> {
  const byId = await ledgerById(home, newcomers);
  const result = new Map<Newcomer, LedgerRow | { id: string }>();
  const taken = new Set<string>();
  const take = (newcomer: Newcomer, who: LedgerRow | { id: string }) => {
    taken.add(who.id);
    result.set(newcomer, who);
  };
  const formerOf = ({ knownAs }: Newcomer) => (knownAs === null ? undefined : byId.get(knownAs));

  for (const newcomer of newcomers) {
    const { article, knownAs, namesAnew } = newcomer;
    const named = article.id === null ? undefined : byId.get(article.id);
    if (!named || named.id === knownAs || taken.has(named.id)) continue;
    if ((knownAs === null || namesAnew) && (named.path === article.path || (await isGone(named))))
      take(newcomer, named);
  }
  for (const newcomer of newcomers) {
    const former = formerOf(newcomer);
    if (!result.has(newcomer) && former?.body_hash === newcomer.bodyHash) take(newcomer, former);
  }

  const open = newcomers.filter((one) => !result.has(one));
  if (open.length === 0) return result;
  const { byBody, byPath, byTitle } = await likenesses(home, open);
  for (const [newcomer, row] of await exchanged(open, byBody, taken, isGone)) take(newcomer, row);
  for (const newcomer of open) {
    const former = formerOf(newcomer);
    if (former && !result.has(newcomer) && !taken.has(former.id)) take(newcomer, former);
  }
  for (const newcomer of open) {
    if (result.has(newcomer)) continue;
    const { article } = newcomer;
    for (const row of [...(byPath.get(article.path) ?? []), ...(byTitle.get(titleKey(article)) ?? [])]) {
      if (taken.has(row.id) || !(row.path === article.path || (await isGone(row)))) continue;
      take(newcomer, row);
      break;
    }
  }
  const strangers = open.filter((one) => !result.has(one));
  const used = await usedIds(home, strangers);
  for (const newcomer of strangers) {
    let id = newcomer.wantedId;
    for (let n = 2; used.has(id) || taken.has(id); n++) id = `${newcomer.wantedId}-${n}`;
    take(newcomer, { id });
  }
  return result;
}

/**
 * Files that carry the body of another article: moved ones, and those that exchanged their names or moved up in a row.
 * A known path gives its own article up only when that one is found again elsewhere, so that none is left without a file.
 */
async function exchanged(
  open: Newcomer[],
  byBody: Map<string, LedgerRow[]>,
  taken: ReadonlySet<string>,
  isGone: (row: LedgerRow) => Promise<boolean>,
): Promise<Map<Newcomer, LedgerRow>> {
  const moves = new Map<Newcomer, LedgerRow>();
  const targets = new Set<string>();
  const rewritten = new Map(open.flatMap((one) => (one.knownAs === null ? [] : [[one.knownAs, one] as const])));
  const leaves = new Set<LedgerRow>();
  for (const newcomer of open) {
    if (newcomer.article.body.trim().length < TELLING_BODY) continue;
    for (const row of byBody.get(newcomer.bodyHash) ?? []) {
      if (taken.has(row.id) || targets.has(row.id)) continue;
      const gone = row.path === newcomer.article.path || (await isGone(row));
      if (!gone && !rewritten.has(row.id)) continue;
      if (!gone) leaves.add(row);
      targets.add(row.id);
      moves.set(newcomer, row);
      break;
    }
  }
  for (let before = -1; before !== moves.size; ) {
    before = moves.size;
    for (const [newcomer, row] of moves) {
      const rehomed = newcomer.knownAs === null || targets.has(newcomer.knownAs);
      const holder = leaves.has(row) ? rewritten.get(row.id) : undefined;
      if (rehomed && (holder === undefined || moves.has(holder))) continue;
      moves.delete(newcomer);
      targets.delete(row.id);
    }
  }
  return moves;
}

const titleKey = (of: { title: string; published: string }) => `${of.published} ${of.title}`;
const LEDGER = `l.id, l.path, l.url, l.title, l.published, l.updated, l.first_seen, l.body_hash, l.significant_hash,
  l.withdrawn, (SELECT kind FROM retractions WHERE article = l.id) AS retracted`;

/** Rows of the ledger, by one look-up by index however many keys there are; of several the last seen goes first. */
async function look(home: Home, on: string, keys: unknown[]): Promise<LedgerRow[]> {
  if (keys.length === 0) return [];
  const rows = await home.db
    .prepare(`SELECT DISTINCT ${LEDGER} FROM json_each(?) AS j CROSS JOIN ledger AS l ON ${on}`)
    .bind(JSON.stringify(keys))
    .all<LedgerRow>();
  return rows.sort(
    (a, b) =>
      compare(a.withdrawn ?? '~', b.withdrawn ?? '~') * -1 ||
      compare(b.first_seen, a.first_seen) ||
      compare(a.id, b.id),
  );
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

async function ledgerById(home: Home, newcomers: Newcomer[]): Promise<Map<string, LedgerRow>> {
  const ids = newcomers.flatMap((one) => [one.knownAs ?? [], one.article.id ?? []].flat());
  return new Map((await look(home, 'l.id = j.value', ids)).map((row) => [row.id, row]));
}

/** What of the ledger these could be. */
async function likenesses(home: Home, open: Newcomer[]) {
  const unknown = open.filter((one) => one.knownAs === null).map((one) => one.article);
  const bodies = open.map((one) => one.bodyHash);
  const titles = unknown.map(({ title, published }) => ({ t: title, p: published }));
  const byTitle = "l.title = j.value ->> 't' AND l.published = j.value ->> 'p'";
  return {
    byBody: Map.groupBy(await look(home, 'l.body_hash = j.value', bodies), (row) => row.body_hash),
    byPath: Map.groupBy(
      await look(
        home,
        'l.path = j.value',
        unknown.map(({ path }) => path),
      ),
      (row) => row.path,
    ),
    byTitle: Map.groupBy(await look(home, byTitle, titles), titleKey),
  };
}

/** The ids in history that are these or these with a number. */
async function usedIds(home: Home, strangers: Newcomer[]): Promise<Set<string>> {
  const ids = strangers.map((one) => one.wantedId);
  const same = await look(home, 'l.id = j.value', ids);
  // Behind a hyphen comes a point.
  const numbered = await look(
    home,
    "l.id > j.value || '-' AND l.id < j.value || '.'",
    same.map((row) => row.id),
  );
  return new Set([...same, ...numbered].map((row) => row.id));
}
