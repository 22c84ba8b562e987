import type { ArticleData } from '../articles/article.ts';
import { archiveRemoval } from '../feeds/archives.ts';
import type { Home } from '../home.ts';
import type { Statement } from '../storage/ports.ts';
import { forRows } from '../storage/rows.ts';
import { type CompiledPartner, compiledPartners, type SelectedArticle, selectedArticle } from './compiled.ts';
import { recallUnmeant } from './recalls.ts';

/** Articles looked at in one step. */
const PAGE = 1000;
/** Partners for which they are looked at together. */
const TOGETHER = 50;
/** Sorts after every id. */
const LAST_ID = '\u{10FFFF}';
/** Comings and goings in one step. */
const DUE = 2000;

/** An article that stands in a partner's feeds. */
export interface Place {
  feed: string;
  sort: string;
  article: string;
}

/** An article that will enter a partner's feeds, or leave them, when its time comes. */
interface Appointment {
  partner: string;
  article: string;
  sort: string;
  enters: 0 | 1;
  at: number;
}

/** Where an article stands now, and when that changes by itself. */
export function placesOf(
  partners: Iterable<CompiledPartner>,
  { id, sort, selected }: { id: string; sort: string; selected: SelectedArticle },
  now: number,
): { present: { place: Place; partner: CompiledPartner }[]; appointments: Appointment[] } {
  const present: { place: Place; partner: CompiledPartner }[] = [];
  const appointments: Appointment[] = [];
  for (const partner of partners) {
    const stay = partner.stayOf(selected);
    if (stay === null || (stay.until !== null && stay.until <= now)) continue;
    const to = { partner: partner.partner.id, article: id, sort };
    if (stay.from > now) appointments.push({ ...to, enters: 1, at: stay.from });
    else present.push({ place: { feed: partner.feed.key, sort, article: id }, partner });
    if (stay.until !== null) appointments.push({ ...to, enters: 0, at: stay.until });
  }
  return { present, appointments };
}

/** Statements that keep appointments, for the batch that writes the articles. */
export function keepAppointments(home: Home, appointments: Appointment[]): Statement[] {
  return forRows(
    home.db,
    `INSERT OR REPLACE INTO partner_schedule (partner, article, enters, at, sort)
     SELECT value ->> 'partner', value ->> 'article', value ->> 'enters', value ->> 'at', value ->> 'sort'
     FROM json_each(?1)`,
    appointments,
  );
}

/** Statements that forget the appointments of articles. */
export function forgetAppointments(home: Home, articles: string[]): Statement[] {
  return forRows(home.db, 'DELETE FROM partner_schedule WHERE article IN (SELECT value FROM json_each(?1))', articles);
}

/**
 * One page of articles is looked at for partners that are new or whose settings changed: what they may have now stands in
 * their feeds, the rest has an appointment. For the regeneration alone, which writes articles at no other time.
 *
 * @returns whether anything was done, so that there may be more
 */
export async function chooseArticles(home: Home): Promise<boolean> {
  const waiting = await home.db
    .prepare(
      `SELECT id, version, selecting FROM partners
       WHERE selecting = (SELECT min(selecting) FROM partners WHERE selecting IS NOT NULL) ORDER BY id LIMIT ?`,
    )
    .bind(TOGETHER)
    .all<{ id: string; version: number; selecting: string }>();
  const after = waiting[0]?.selecting;
  if (after === undefined) return false;
  const all = await compiledPartners(home);
  const partners = waiting.flatMap(({ id }) => all.get(id) ?? []);
  const page = await home.db
    .prepare('SELECT id, sort, data FROM articles WHERE id > ? ORDER BY id LIMIT ?')
    .bind(after, PAGE)
    .all<{ id: string; sort: string; data: string }>();
  const last = page.length === PAGE ? (page.at(-1)?.id ?? null) : null;
  const wanted = new Map<string, Place>();
  const appointments: Appointment[] = [];
  const looked: { id: string; selected: SelectedArticle }[] = [];
  for (const { id, sort, data } of page) {
    const selected = selectedArticle(JSON.parse(data) as ArticleData, home.config);
    looked.push({ id, selected });
    const { present, appointments: own } = placesOf(partners, { id, sort, selected }, home.now());
    for (const { place } of present) wanted.set(nameOf(place), place);
    appointments.push(...own);
  }
  const feeds = new Set(partners.map(({ feed }) => feed.key));
  const archives = last === null ? await archivesOf(home, [...feeds]) : [];
  const former = (
    await standing(
      home,
      page.map(({ id }) => id),
    )
  ).filter(({ feed }) => feeds.has(feed));
  const formerNames = new Set(former.map(nameOf));
  await home.db.batch([
    ...forRows(
      home.db,
      `DELETE FROM partner_schedule WHERE partner IN (SELECT value FROM json_each(?1)) AND article > ?2 AND article <= ?3`,
      partners.map(({ partner }) => partner.id),
      after,
      last ?? LAST_ID,
    ),
    ...keepAppointments(home, appointments),
    ...(await recallUnmeant(home, new Map(partners.map((one) => [one.partner.id, one])), looked)),
    ...enter(
      home,
      [...wanted.values()].filter((place) => !formerNames.has(nameOf(place))),
    ),
    ...leave(
      home,
      former.filter((place) => !wanted.has(nameOf(place))),
    ),
    ...(last === null ? begin(home, partners) : []),
    // They show texts as they were wanted before.
    ...archiveRemoval(home, archives),
    ...forRows(
      home.db,
      `UPDATE partners SET selecting = ?2 FROM json_each(?1) AS j
       WHERE partners.id = j.value ->> 'id' AND partners.version = j.value ->> 'version'`,
      waiting,
      last,
    ),
  ]);
  home.documentCache?.replaced(archives);
  return true;
}

/** Statements by which feeds are there, and are made anew with what changed of the settings. */
function begin(home: Home, partners: CompiledPartner[]): Statement[] {
  const feeds = partners.map(({ feed }) => feed);
  return [
    ...forRows(
      home.db,
      `INSERT INTO feeds (key, kind, title, lang)
       SELECT value ->> 'key', value ->> 'kind', value ->> 'title', value ->> 'lang' FROM json_each(?1) WHERE true
       ON CONFLICT (key) DO UPDATE SET wanted = wanted + 1, title = excluded.title`,
      feeds,
    ),
  ];
}

/**
 * Embargoes that ended and articles that became too old since it was last looked: they enter and leave partners' feeds.
 * For the regeneration alone.
 *
 * @returns whether anything was done, so that there may be more
 */
export async function keepUp(home: Home): Promise<boolean> {
  const due = await home.db
    .prepare(
      'SELECT partner, article, sort, enters, at FROM partner_schedule WHERE at <= ? ORDER BY at, enters DESC LIMIT ?',
    )
    .bind(home.now(), DUE)
    .all<Appointment & { [column: string]: string | number }>();
  if (due.length === 0) return false;
  const placeOf = ({ partner, sort, article }: Appointment) => ({ feed: `partners/${partner}`, sort, article });
  const left = due.filter(({ enters }) => enters === 0).map(placeOf);
  await home.db.batch([
    ...enter(home, due.filter(({ enters }) => enters === 1).map(placeOf)),
    ...leave(home, left),
    ...forRows(home.db, 'UPDATE feeds SET wanted = wanted + 1 WHERE key IN (SELECT value FROM json_each(?1))', [
      ...new Set(due.map(({ partner }) => `partners/${partner}`)),
    ]),
    ...forRows(
      home.db,
      `DELETE FROM partner_schedule WHERE (partner, article, enters) IN
         (SELECT value ->> 'partner', value ->> 'article', value ->> 'enters' FROM json_each(?1))`,
      due.map(({ partner, article, enters }) => ({ partner, article, enters })),
    ),
  ]);
  return true;
}

/** Addresses of archive documents that were made. */
async function archivesOf(home: Home, feeds: string[]): Promise<string[]> {
  const rows = await home.db
    .prepare("SELECT address FROM documents WHERE feed IN (SELECT 'archives ' || value FROM json_each(?))")
    .bind(JSON.stringify(feeds))
    .all<{ address: string }>();
  return rows.map(({ address }) => address);
}

/** The next instant at which a partner's feed changes by itself; null when none does. */
export async function nextAppointment(home: Pick<Home, 'db'>): Promise<number | null> {
  const row = await home.db.prepare('SELECT MIN(at) AS at FROM partner_schedule').first<{ at: number | null }>();
  return row?.at ?? null;
}

/** A statement by which every partner's articles are chosen anew, since the site's zone or language may be another. */
export function chooseAnew(home: Home): Statement {
  return home.db.prepare("UPDATE partners SET selecting = ''");
}

const nameOf = ({ feed, sort, article }: Place) => `${feed} ${sort} ${article}`;

/** Where articles stand in partners' feeds now. */
async function standing(home: Home, articles: string[]): Promise<Place[]> {
  return home.db
    .prepare(
      `SELECT m.feed, m.sort, m.article FROM json_each(?) AS j CROSS JOIN memberships AS m ON m.article = j.value
       WHERE m.feed GLOB 'partners/*'`,
    )
    .bind(JSON.stringify(articles))
    .all<Place & { [column: string]: string }>();
}

function enter(home: Home, places: Place[]): Statement[] {
  return forRows(
    home.db,
    `INSERT OR IGNORE INTO memberships (feed, sort, article)
     SELECT value ->> 'feed', value ->> 'sort', value ->> 'article' FROM json_each(?1)`,
    places,
  );
}

function leave(home: Home, places: Place[]): Statement[] {
  return forRows(
    home.db,
    `DELETE FROM memberships WHERE (feed, sort, article) IN
       (SELECT value ->> 'feed', value ->> 'sort', value ->> 'article' FROM json_each(?1))`,
    places,
  );
}
