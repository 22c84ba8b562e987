import * as v from 'valibot';
import type { Home } from '../home.ts';
import { settleTold } from './recalls.ts';

/** Events and articles of one request. */
const MOST = 1_000;

const word = v.pipe(v.string(), v.minLength(1), v.maxLength(2_000));

/** What a partner says that it has: events by their `webhook-id`, articles in a version or taken back. */
export const acknowledgementSchema = v.pipe(
  v.strictObject({
    events: v.optional(v.pipe(v.array(word), v.maxLength(MOST)), []),
    articles: v.optional(
      v.pipe(
        v.array(
          v.strictObject({
            id: word,
            /** `date_modified`, `atom:updated`; the newest that it was offered where this is left out. */
            version: v.optional(v.pipe(v.string(), v.isoTimestamp())),
            /** True: that it was taken back. */
            withdrawn: v.optional(v.boolean(), false),
          }),
        ),
        v.maxLength(MOST),
      ),
      [],
    ),
  }),
  v.check(({ events, articles }) => events.length + articles.length > 0, 'must name an event or an article'),
);

export type Acknowledgement = v.InferOutput<typeof acknowledgementSchema>;

/** What became of it: what was noted, and what this partner never got. */
export interface Acknowledged {
  acknowledged: { article: string; version: string | null }[];
  unknown: string[];
}

/** Notes what a partner says that it has. A version that it was never offered is nothing that it can have. */
export async function acknowledge(home: Home, partner: string, said: Acknowledgement): Promise<Acknowledged> {
  const events = await home.db
    .prepare('SELECT id, article, version FROM pushes WHERE partner = ? AND id IN (SELECT value FROM json_each(?))')
    .bind(partner, JSON.stringify(said.events))
    .all<{ id: string; article: string; version: string | null }>();
  const known = new Set(events.map(({ id }) => id));
  const unknown = said.events.filter((id) => !known.has(id));
  const has = events.map(({ article, version }) => ({ article, version }));
  for (const { id, version, withdrawn } of said.articles) {
    const found = withdrawn ? await recalled(home, partner, id) : await offered(home, partner, id, version);
    if (found === undefined) unknown.push(id);
    else has.push({ article: id, version: found });
  }
  const now = home.now();
  if (has.length > 0)
    await home.db.batch([
      home.db
        .prepare(
          `INSERT OR IGNORE INTO acknowledgements (partner, article, version, at)
           SELECT ?1, value ->> 'article', coalesce(value ->> 'version', ''), ?2 FROM json_each(?3)`,
        )
        .bind(partner, now, JSON.stringify(has)),
      ...(await settled(home, partner, has)),
    ]);
  return { acknowledged: has, unknown };
}

/** A withdrawal is settled by its own acknowledgement, an update by that of the present version. */
async function settled(home: Home, partner: string, has: { article: string; version: string | null }[]) {
  const present = await home.db
    .prepare('SELECT id, updated FROM articles WHERE id IN (SELECT value FROM json_each(?))')
    .bind(JSON.stringify(has.map(({ article }) => article)))
    .all<{ id: string; updated: string }>();
  const updated = new Map(present.map((row) => [row.id, row.updated]));
  return has
    .filter(({ article, version }) => version === null || version === updated.get(article))
    .map(({ article, version }) =>
      settleTold(home, partner, article, { what: version === null ? 'withdrawn' : 'updated', by: 'acknowledged' }),
    );
}

/** The version that is meant; undefined where the partner was never offered it. */
async function offered(home: Home, partner: string, article: string, version = ''): Promise<string | undefined> {
  const wanted = version === '' ? '' : new Date(version).toISOString();
  const row = await home.db
    .prepare(
      `SELECT version FROM offers WHERE article = ?1 AND partner = ?2 AND (?3 = '' OR version = ?3)
       ORDER BY version DESC LIMIT 1`,
    )
    .bind(article, partner, wanted)
    .first<{ version: string }>();
  return row?.version;
}

/** Null for a withdrawal that there is; undefined where there is none. */
async function recalled(home: Home, partner: string, article: string): Promise<null | undefined> {
  const row = await home.db
    .prepare("SELECT 1 AS one FROM recalls WHERE partner = ? AND article = ? AND type <> 'updated'")
    .bind(partner, article)
    .first();
  return row ? null : undefined;
}
