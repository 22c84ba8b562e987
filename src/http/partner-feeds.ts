import type { Context } from 'hono';
import { addresses } from '../feeds/selection.ts';
import type { Home } from '../home.ts';
import { feedKeyOf } from '../partners/addresses.ts';
import { type CompiledPartner, compiledPartners } from '../partners/compiled.ts';
import { recordFetch } from '../partners/fetches.ts';
import { provenKey } from '../partners/keys.ts';
import { hasNewsSitemap, newsSitemapAddress, partnerNewsSitemap } from '../partners/news-sitemap.ts';
import type { Partner } from '../partners/partner.ts';
import { keyFrom } from '../partners/topics.ts';
import type { DocumentHead } from '../storage/documents.ts';
import { archiveAt } from './archives.ts';
import { type AnswerFor, serveDocument } from './documents.ts';
import { vary } from './headers.ts';
import { refuse } from './rates.ts';
import { serveText } from './rendered.ts';

/** Seconds after which a feed that is being made is asked for again. */
const SOON = 5;

/**
 * What stands below `/partners/`: documents and archives of a partner's feeds, for whoever has its key. Without one every
 * address there is alike, whether there is such a partner or not.
 *
 * @param pathname the address as ours are written
 */
export async function partnerFeedAt(home: Home, answerFor: AnswerFor, c: Context, pathname: string): Promise<Response> {
  const id = decoded(pathname.split('/')[2] ?? '');
  const sent = c.req.query('key') ?? keyFrom(c.req.header('authorization'));
  const key = await provenKey(home, id, sent ?? '');
  if (key === null) return unproven(c, sent === null);
  const compiled = (await compiledPartners(home)).get(id);
  const partner = compiled?.partner;
  const wait = partner ? await home.rates.take(`partner ${key}`, partner.requestsPerMinute) : 0;
  if (wait > 0) return withPrivacy(refuse(c, wait, 'Too many requests come with this key.'));
  const agent = c.req.header('user-agent') ?? null;
  const given = ({ format, version }: Pick<DocumentHead, 'format' | 'version'>) =>
    home.waitUntil(recordFetch(home, { partner: id, format, version, agent }));
  const served =
    (await serveDocument(home, answerFor, c.req.raw, pathname, { proven: true, given })) ??
    (await archiveAt(home, answerFor, c, pathname, { proven: true })) ??
    (compiled && (await newsSitemapAt(home, c, compiled, pathname))) ??
    (await missing(home, c, id, partner));
  const location = served.headers.get('location');
  // Who sends the key in the address has no other way to send it on.
  if (location !== null && c.req.query('key') !== undefined)
    served.headers.set('Location', `${location}?key=${encodeURIComponent(c.req.query('key') ?? '')}`);
  return withPrivacy(served);
}

async function newsSitemapAt(
  home: Home,
  c: Context,
  compiled: CompiledPartner,
  pathname: string,
): Promise<Response | null> {
  const { partner } = compiled;
  if (!hasNewsSitemap(partner) || pathname !== newsSitemapAddress(partner.id)) return null;
  const headers = { 'Content-Type': 'application/xml; charset=utf-8' };
  return serveText(home, c.req.raw, partnerNewsSitemap(home, compiled), headers);
}

function unproven(c: Context, isMissing: boolean): Response {
  const way = 'Send it as Authorization: Bearer KEY, as the password of Basic, or as ?key=KEY.';
  const text = isMissing ? `This address takes a partner's key. ${way}\n` : `That is no key for this address. ${way}\n`;
  return withPrivacy(
    c.text(text, 401, { 'WWW-Authenticate': 'Bearer realm="partners", Basic realm="partners", charset="UTF-8"' }),
  );
}

async function missing(home: Home, c: Context, id: string, partner: Partner | undefined): Promise<Response> {
  const feed = await home.db
    .prepare('SELECT 1 AS one FROM feeds WHERE key = ? AND built > 0')
    .bind(feedKeyOf(id))
    .first();
  if (!feed) return c.text('Your feeds are being made; ask again in a moment.\n', 503, { 'Retry-After': String(SOON) });
  const all = addresses(feedKeyOf(id));
  const own = (partner?.formats ?? []).map((format) => home.url + all[format]);
  if (partner && hasNewsSitemap(partner)) own.push(home.url + newsSitemapAddress(id));
  return c.text(`There is nothing here. Your feeds: ${own.join(' ')}\n`, 404);
}

/** No cache may keep an answer that a key was needed for; who has the key compares by entity tags all the same. */
function withPrivacy(answer: Response): Response {
  const headers = new Headers(answer.headers);
  const manipulated = headers.has('IM') ? ', im' : '';
  headers.set('Cache-Control', `private, no-store${manipulated}`);
  headers.set('Vary', vary('Authorization', headers.get('vary')));
  return new Response(answer.body, { status: answer.status, headers });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
