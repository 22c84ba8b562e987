import type { Home } from '../home.ts';
import type { Article } from './article.ts';
import { makeId } from './ids.ts';

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
}

/** An article that has to be told from others: what its file says, and its hashes. */
export interface Newcomer {
  article: Article;
  bodyHash: string;
  /** The id that its path had until now, where the path was known. */
  knownAs: string | null;
}

/** Bodies shorter than this are too alike to know an article by (characters). */
const TELLING_BODY = 120;

/**
 * Who each article is. An id is for life: a known path keeps it; a new path is matched with an article whose file is
 * gone, by explicit id, then by body, then by date with title; else it is somebody new.
 *
 * @param isGone whether no file stands at that path any more
 * @returns for each newcomer its ledger row, or the id that a new one gets
 */
export async function identify(
  home: Home,
  newcomers: Newcomer[],
  isGone: (path: string) => Promise<boolean>,
): Promise<Map<Newcomer, LedgerRow | { id: string }>> {
  const history = await ledgerOf(home, newcomers);
  const taken = new Set<string>();
  const result = new Map<Newcomer, LedgerRow | { id: string }>();
  for (const newcomer of newcomers) {
    const known = newcomer.knownAs === null ? undefined : history.byId.get(newcomer.knownAs);
    if (!known) continue;
    taken.add(known.id);
    result.set(newcomer, known);
  }
  for (const newcomer of newcomers) {
    if (result.has(newcomer)) continue;
    const match = await moved(newcomer, history, taken, isGone);
    const who = match ?? { id: freshId(newcomer.article, home, history, taken) };
    taken.add(who.id);
    result.set(newcomer, who);
  }
  return result;
}

async function moved(
  { article, bodyHash }: Newcomer,
  history: History,
  taken: ReadonlySet<string>,
  isGone: (path: string) => Promise<boolean>,
): Promise<LedgerRow | null> {
  const explicit = article.id === null ? undefined : history.byId.get(article.id);
  const candidates = [
    ...(explicit ? [explicit] : []),
    ...(history.byPath.get(article.path) ?? []),
    ...(article.body.trim().length >= TELLING_BODY ? (history.byBody.get(bodyHash) ?? []) : []),
    ...(history.byTitle.get(titleKey(article)) ?? []),
  ];
  for (const candidate of candidates) {
    if (taken.has(candidate.id)) continue;
    if (candidate.path === article.path || (await isGone(candidate.path))) return candidate;
  }
  return null;
}

/** The id that the configuration makes, made different where history has given it to another article. */
function freshId(article: Article, home: Home, history: History, taken: ReadonlySet<string>): string {
  const wanted = makeId(article, home.config);
  let id = wanted;
  for (let n = 2; history.byId.has(id) || taken.has(id); n++) id = `${wanted}-${n}`;
  return id;
}

interface History {
  byId: Map<string, LedgerRow>;
  byPath: Map<string, LedgerRow[]>;
  byBody: Map<string, LedgerRow[]>;
  byTitle: Map<string, LedgerRow[]>;
}

const titleKey = (of: { title: string; published: string }) => `${of.published} ${of.title}`;
const LEDGER =
  'l.id, l.path, l.url, l.title, l.published, l.updated, l.first_seen, l.body_hash, l.significant_hash, l.withdrawn';

/** The rows of the ledger that any of these could be: five look-ups by index, however many there are. */
async function ledgerOf(home: Home, newcomers: Newcomer[]): Promise<History> {
  const history: History = { byId: new Map(), byPath: new Map(), byBody: new Map(), byTitle: new Map() };
  const unknown = newcomers.filter((one) => one.knownAs === null);
  const ids = [
    ...newcomers.flatMap((one) => one.knownAs ?? []),
    ...unknown.map((one) => makeId(one.article, home.config)),
  ];
  ids.push(...unknown.flatMap((one) => one.article.id ?? []));
  const look = async (on: string, keys: unknown[], keep: (row: LedgerRow) => void) => {
    if (keys.length === 0) return;
    const rows = await home.db
      .prepare(`SELECT DISTINCT ${LEDGER} FROM json_each(?) AS j JOIN ledger AS l ON ${on}`)
      .bind(JSON.stringify(keys))
      .all<LedgerRow>();
    rows.sort((a, b) => (a.id < b.id ? -1 : 1)).forEach(keep);
  };
  const group = (map: Map<string, LedgerRow[]>, key: string, row: LedgerRow) => {
    const rows = map.get(key);
    if (rows) rows.push(row);
    else map.set(key, [row]);
  };
  await look('l.id = j.value', ids, (row) => history.byId.set(row.id, row));
  await look(
    'l.path = j.value',
    unknown.map((one) => one.article.path),
    (row) => group(history.byPath, row.path, row),
  );
  await look(
    'l.body_hash = j.value',
    unknown.map((one) => one.bodyHash),
    (row) => group(history.byBody, row.body_hash, row),
  );
  await look(
    "l.title = j.value ->> 't' AND l.published = j.value ->> 'p'",
    unknown.map((one) => ({ t: one.article.title, p: one.article.published })),
    (row) => group(history.byTitle, titleKey(row), row),
  );
  return history;
}
