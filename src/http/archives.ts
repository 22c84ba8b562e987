import type { Context } from 'hono';
import { archiveAddresses, archiveAfter, NEXT } from '../feeds/archives.ts';
import { type FeedRef, FILE_NAMES, FORMATS } from '../feeds/entry.ts';
import { addresses } from '../feeds/selection.ts';
import type { Home } from '../home.ts';
import { keysAt } from './aliases.ts';
import { type AnswerFor, serveDocument } from './documents.ts';
import { redirected } from './headers.ts';

/** Below a feed: the period, its link, the file. */
const ARCHIVE = /^(.*)\/archives\/(\d{4}-\d\d(?:-\d\d(?:\.\d{4,})?)?)\/([0-9a-f]{16}|next)\/([a-z]+\.(?:xml|json))$/;

/** Seconds after which an archive that is changing is asked for again. */
const RETRY_AFTER = '2';

/**
 * An archive that nobody asked for before is made now; one whose entries changed since leads to the present one, and
 * `…/next/…` to the archive after a period. Null when there is nothing of the kind.
 */
export async function archiveAt(
  home: Home,
  answerFor: AnswerFor,
  c: Context,
  pathname: string,
  { proven = false }: { proven?: boolean } = {},
): Promise<Response | null> {
  const [, folder = '', period = '', link = '', file] = ARCHIVE.exec(pathname) ?? [];
  const format = FORMATS.find((one) => FILE_NAMES[one] === file);
  const feed = format && (await feedOf(home, folder));
  if (!format || !feed || (feed.kind === 'partner' && !proven)) return null;
  if (link === NEXT) {
    const next = await archiveAfter(home, feed.key, period);
    const topics = next ? archiveAddresses(feed.key, next) : addresses(feed.key);
    return redirected(home.config, home.url + topics[format], 302);
  }
  const { makeArchive } = await import('../feeds/archive-documents.ts');
  const outcome = await makeArchive(home, feed, { period, link });
  if (outcome === null) return null;
  if (outcome === 'changing')
    return c.text('This archive is changing; ask again in a moment.\n', 503, { 'Retry-After': RETRY_AFTER });
  // Whoever walks back by an old link goes on with what the archive has become.
  if (outcome !== 'made') return redirected(home.config, home.url + archiveAddresses(feed.key, outcome)[format], 301);
  return serveDocument(home, answerFor, c.req.raw, archiveAddresses(feed.key, { period, link })[format], { proven });
}

async function feedOf(home: Home, folder: string): Promise<FeedRef | null> {
  return home.db
    .prepare('SELECT key, kind, title, lang FROM feeds WHERE key IN (SELECT value FROM json_each(?)) LIMIT 1')
    .bind(JSON.stringify(keysAt(folder)))
    .first<FeedRef & { [column: string]: string | null }>();
}
