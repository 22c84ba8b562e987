import type { Home } from '../home.ts';
import { announceDocuments, wakeFanOuts } from '../push/announce.ts';
import { lanes } from '../push/lanes.ts';
import { enqueueSelected, type Work, wake } from '../push/outbox.ts';
import { retryAfterMs } from '../push/retry.ts';
import { OutboundError, type OutboundResponse, type Statement } from '../storage/ports.ts';
import { forRows } from '../storage/rows.ts';
import { fits } from './patterns.ts';
import { isCarried, isSister } from './sisters.ts';

/** What stands for their feed in `documents`; no feed has this key. */
const FEED = '@sister';
/** Milliseconds between two fetches of a topic, at least: a ping that comes sooner is heeded then. */
const INTERVAL_MS = 5_000;
const TIMEOUT_MS = 10_000;
/** Seconds before each further try of a site that could not be reached; then the next ping or tick. */
const RETRY_SECONDS = [10, 60, 300, 1_800];
/** Milliseconds after which a document that nobody subscribed to is forgotten. */
const KEPT_MS = 86_400_000;
/** Forgotten at a time. */
const FORGOTTEN = 200;

/** What is known of a sister site's topic. */
interface Sister {
  address: string;
  fetched_at: number;
  etag: string | null;
  last_modified: string | null;
  failures: number;
  status: number | null;
  error: string | null;
}

/** What came of a fetch. Only `missing` is final: the site says that there is no such document. */
type Fetched =
  | { state: 'changed' | 'unchanged' }
  | { state: 'failed' | 'missing'; reason: string; retryAfterMs: number | null };

/** What came of asking for a topic's document on a subscriber's behalf. */
export type Presence = { state: 'present' | 'later' } | { state: 'missing'; reason: string };

/**
 * Sees to it that a sister site's topic has its present document before somebody is subscribed to it (WebSub 5.2). A
 * site that cannot be reached now is no reason to refuse: its document is fetched later.
 */
export async function presence(home: Home, address: string): Promise<Presence> {
  if (!isSister(address)) return { state: 'present' };
  if (!isCarried(home, address)) return { state: 'missing', reason: 'The topic is not carried by this hub any more.' };
  await home.db.batch([noteUse(home, [address])]);
  const known = await read(home, address);
  if (known && home.now() - known.fetched_at < INTERVAL_MS && known.fetched_at <= home.now()) {
    if (known.failures === 0) return { state: 'present' };
    if (isMissing(known.status)) return { state: 'missing', reason: known.error ?? '' };
    return { state: 'later' };
  }
  const fetched = await fetchDocument(home, address);
  if (fetched.state === 'missing') return { state: 'missing', reason: fetched.reason };
  if (fetched.state !== 'failed') return { state: 'present' };
  await requestFetches(home, [address], home.now() + 1000 * (RETRY_SECONDS[0] ?? 0));
  return { state: 'later' };
}

/** Asks for topics of sister sites to be fetched and compared: they were pinged, or their turn has come. */
export async function requestFetches(home: Home, addresses: string[], dueAt = home.now()): Promise<void> {
  if (addresses.length === 0) return;
  await home.db.batch([
    noteUse(home, addresses),
    enqueueSelected(home, 'fetch', {
      select: `SELECT value AS ref, ? AS due_at FROM json_each(?) WHERE true`,
      values: [dueAt, JSON.stringify(addresses)],
      again: true,
    }),
  ]);
  await wake(
    home,
    addresses.map((ref) => ({ type: 'fetch', ref })),
    dueAt,
  );
}

/** Asks for every topic that somebody subscribed to and whose site does not ping. For each tick. */
export async function poll(home: Home): Promise<void> {
  const { poll: patterns } = home.config.hub;
  if (patterns.length === 0) return;
  const rows = await home.db
    .prepare(
      `SELECT address FROM sisters
       WHERE EXISTS (SELECT 1 FROM subscriptions WHERE topic = sisters.address AND lease_until > ?)`,
    )
    .bind(home.now())
    .all<{ address: string }>();
  const due = rows.map(({ address }) => address).filter((address) => patterns.some((one) => fits(one, address)));
  await requestFetches(home, due);
}

/** Fetches a sister site's document and has it distributed when it changed; comes back for one that failed. */
export async function fetchSister(home: Home, work: Work): Promise<number | null> {
  const address = work.ref;
  if (!isCarried(home, address)) return null;
  const known = await read(home, address);
  const next = (known?.fetched_at ?? 0) + INTERVAL_MS;
  // Later than an interval from now is a clock that was set back.
  if (next > home.now() && next <= home.now() + INTERVAL_MS) return next;
  const fetched = await fetchDocument(home, address);
  if (fetched.state !== 'failed') return null;
  const wait = RETRY_SECONDS[known?.failures ?? 0];
  return wait === undefined ? null : home.now() + Math.max(wait * 1000, fetched.retryAfterMs ?? 0);
}

/** Documents of sister sites to which nobody subscribed for long are forgotten. */
export async function forgetSisters(home: Home): Promise<void> {
  const stale = await home.db
    .prepare(
      `SELECT s.address, d.blob FROM sisters s LEFT JOIN documents d ON d.address = s.address
       WHERE s.asked_at < ? AND NOT EXISTS (SELECT 1 FROM subscriptions WHERE topic = s.address) LIMIT ${FORGOTTEN}`,
    )
    .bind(home.now() - KEPT_MS)
    .all<{ address: string; blob: string | null }>();
  if (stale.length === 0) return;
  const addresses = JSON.stringify(stale.map(({ address }) => address));
  const unused = 'NOT EXISTS (SELECT 1 FROM subscriptions WHERE topic = address)';
  const which = `address IN (SELECT value FROM json_each(?)) AND ${unused}`;
  await home.db.batch([
    ...retire(
      home,
      stale.flatMap(({ blob }) => blob ?? []),
    ),
    home.db.prepare(`DELETE FROM documents WHERE ${which}`).bind(addresses),
    home.db.prepare(`DELETE FROM sisters WHERE ${which}`).bind(addresses),
  ]);
}

function read(home: Home, address: string): Promise<Sister | null> {
  return home.db.prepare('SELECT * FROM sisters WHERE address = ?').bind(address).first<Sister>();
}

function noteUse(home: Home, addresses: string[]): Statement {
  return home.db
    .prepare(
      `INSERT INTO sisters (address, asked_at) SELECT value, ? FROM json_each(?) WHERE true
       ON CONFLICT (address) DO UPDATE SET asked_at = excluded.asked_at`,
    )
    .bind(home.now(), JSON.stringify(addresses));
}

/**
 * One conditional request. Redirects are not followed: the topic is the address that the document names as its own, and
 * what answers elsewhere may be another document, outside the patterns that the publisher has allowed.
 */
async function fetchDocument(home: Home, address: string): Promise<Fetched> {
  const known = await read(home, address);
  const stored = await home.db
    .prepare('SELECT version, blob, content_type FROM documents WHERE address = ?')
    .bind(address)
    .first<Stored>();
  const headers: Record<string, string> = { accept: '*/*' };
  if (stored && stored.blob !== '') {
    if (known?.etag) headers['if-none-match'] = known.etag;
    if (known?.last_modified) headers['if-modified-since'] = known.last_modified;
  }
  let fetched: Fetched;
  let answer: OutboundResponse | null = null;
  try {
    answer = await lanes(home).slow.run(new URL(address).origin, () =>
      home.request({ url: address, method: 'GET', headers, timeoutMs: TIMEOUT_MS, maxBytes: home.config.hub.maxBytes }),
    );
    fetched = judge(home, answer);
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    fetched = { state: 'failed', reason: error.message, retryAfterMs: null };
  }
  if (fetched.state === 'changed' && answer) fetched = await keep(home, address, stored, answer);
  const { state } = fetched;
  const failed = fetched.state === 'failed' || fetched.state === 'missing' ? fetched.reason : null;
  await home.db
    .prepare(
      `UPDATE sisters SET fetched_at = ?1, failures = iif(?2 IS NULL, 0, failures + 1), error = ?2, status = ?3,
         etag = iif(?4, ?5, etag), last_modified = iif(?4, ?6, last_modified) WHERE address = ?7`,
    )
    .bind(
      home.now(),
      failed,
      answer?.status ?? null,
      answer?.status === 200 && failed === null,
      answer?.headers.get('etag') ?? null,
      answer?.headers.get('last-modified') ?? null,
      address,
    )
    .run();
  home.log.info('hub.fetch', { site: new URL(address).origin, state, status: answer?.status });
  return fetched;
}

/** Statuses by which a site says for good that there is no such document. */
const isMissing = (status: number | null) => status === 404 || status === 410;

function judge(home: Home, answer: OutboundResponse): Fetched {
  const { status, headers, truncated } = answer;
  const wait = retryAfterMs(headers.get('retry-after'), home.now());
  if (status === 304) return { state: 'unchanged' };
  if (isMissing(status))
    return { state: 'missing', reason: `The topic answers ${status}: there is no such document.`, retryAfterMs: wait };
  if (status >= 300 && status < 400)
    return {
      state: 'failed',
      reason: `The topic redirects (${status}); name the address it leads to.`,
      retryAfterMs: wait,
    };
  if (status !== 200) return { state: 'failed', reason: `The topic answers ${status}.`, retryAfterMs: wait };
  if (truncated)
    return {
      state: 'failed',
      reason: `The topic is larger than the ${home.config.hub.maxBytes} bytes that this hub carries.`,
      retryAfterMs: wait,
    };
  return { state: 'changed' };
}

interface Stored {
  version: number;
  blob: string;
  content_type: string;
}

/** Keeps what was fetched and has it told, byte for byte, when it differs from what is stored. */
async function keep(home: Home, address: string, stored: Stored | null, answer: OutboundResponse): Promise<Fetched> {
  const { body, headers } = answer;
  const contentType = headers.get('content-type') ?? 'application/octet-stream';
  const blob = home.sha256(body);
  if (stored?.blob === blob && stored.content_type === contentType) return { state: 'unchanged' };
  await home.blobs.put(blob, body);
  const version = (stored?.version ?? 0) + 1;
  const now = new Date(home.now()).toISOString();
  await home.db.batch([
    home.db
      .prepare(
        `INSERT INTO documents (address, feed, format, version, blob, size, content_type, last_modified)
         VALUES (?, '${FEED}', ?, ?, ?, ?, ?, ?)
         ON CONFLICT (address) DO UPDATE SET version = max(version + 1, excluded.version), format = excluded.format,
           blob = excluded.blob, size = excluded.size, content_type = excluded.content_type,
           last_modified = excluded.last_modified`,
      )
      .bind(address, formatOf(contentType), version, blob, body.byteLength, contentType, now),
    ...(stored && stored.blob !== blob ? retire(home, [stored.blob]) : []),
    ...announceDocuments(home, [{ address, version }]),
  ]);
  await wakeFanOuts(home, [address]);
  return { state: 'changed' };
}

/** Statements that let go of bodies that are shown no more. */
function retire(home: Home, blobs: string[]): Statement[] {
  return forRows(
    home.db,
    'INSERT OR REPLACE INTO retired_blobs (hash, body, since) SELECT value, value, ?2 FROM json_each(?1)',
    blobs.filter((blob) => blob !== ''),
    home.now(),
  );
}

function formatOf(contentType: string): string {
  return /atom/i.test(contentType)
    ? 'atom'
    : /json/i.test(contentType)
      ? 'json'
      : /xml/i.test(contentType)
        ? 'rss'
        : '';
}
