import { Hono } from 'hono';
import { html } from 'hono/html';
import { FORMATS, type Format } from '../../feeds/entry.ts';
import { listedFeeds } from '../../feeds/list.ts';
import { addresses } from '../../feeds/selection.ts';
import type { Home } from '../../home.ts';
import { fetchesSince } from '../../storage/fetches.ts';
import { pageOf } from '../frame.ts';
import { deskOf, table } from './desk.ts';

const SHOWN = 300;
const WEEK_MS = 7 * 86_400_000;
/** Programs and documents that are looked at. */
const FETCHERS = 5_000;
/** Programs that are named with a feed. */
const NAMED = 6;

/** `/admin/feeds`: each with its size, who subscribed how, and who fetches it how often. */
export function feedListRoutes(home: Home): Hono {
  const app = new Hono();
  app.get('/feeds', async (c) => {
    const desk = deskOf(home, c);
    const { words, base } = desk;
    const feeds = await listedFeeds(home, SHOWN);
    const sizes = await documentSizes(home);
    const subscribed = await subscriptionsByTopic(home);
    const fetchers = await fetchesSince(home, home.now() - WEEK_MS, FETCHERS);
    const rows = feeds.map(({ key, title }) => {
      const own = addresses(key);
      const paths = FORMATS.map((format) => own[format]);
      const here = fetchers.filter(({ address }) => paths.includes(address));
      const fetches = here.reduce((sum, one) => sum + one.fetches, 0);
      const unchanged = here.reduce((sum, one) => sum + one.unchanged, 0);
      const channels = new Map<string, number>();
      for (const { channel, n } of paths.flatMap((path) => subscribed.get(path) ?? []))
        channels.set(channel, (channels.get(channel) ?? 0) + n);
      return html`<tr><td><a href="${base}${pageOf(key)}"><bdi>${title}</bdi></a></td><td>${FORMATS.map((format) => documentLink(base + own[format], format, sizes.get(own[format])))}</td><td class="n">${sizes.get(own.json)?.entries ?? ''}</td><td>${[...channels].map(([channel, n]) => html`<div>${channel} <b>${n}</b></div>`)}</td><td class="n">${fetches}</td><td class="n">${fetches === 0 ? '' : `${Math.round((unchanged / fetches) * 100)} %`}</td><td>${readersOf(here).map(({ reader, subscribers }) => html`<div>${reader}${subscribers === null ? '' : html` <span class="soft">${words.asks(subscribers)}</span>`}</div>`)}</td></tr>
`;
    });
    const heads = [
      words.title,
      words.formats,
      { n: words.entries },
      words.bySubscription,
      { n: words.fetches },
      { n: words.unchangedShare },
      words.readers,
    ];
    return desk.show(
      'feeds',
      words.pages.feeds,
      rows.length === 0 ? html`<p>${words.none}</p>` : table(words.pages.feeds, heads, rows),
    );
  });
  return app;
}

interface Size {
  size: number;
  entries: number | null;
}

function documentLink(path: string, format: Format, size: Size | undefined) {
  return html`<div><a href="${path}">${format}</a> <span class="soft">${size ? `${Math.max(1, Math.round(size.size / 1000))} kB` : ''}</span></div>`;
}

/** Programs that fetch a feed in any format, the most diligent first. */
function readersOf(rows: { reader: string; fetches: number; subscribers: number | null }[]) {
  const readers = new Map<string, { reader: string; fetches: number; subscribers: number | null }>();
  for (const row of rows) {
    const one = readers.get(row.reader) ?? { reader: row.reader, fetches: 0, subscribers: null };
    one.fetches += row.fetches;
    if (row.subscribers !== null) one.subscribers = (one.subscribers ?? 0) + row.subscribers;
    readers.set(row.reader, one);
  }
  return [...readers.values()].sort((a, b) => b.fetches - a.fetches).slice(0, NAMED);
}

async function documentSizes(home: Home): Promise<Map<string, Size>> {
  const rows = await home.db
    .prepare(
      `SELECT d.address, d.size, json_array_length(v.entries) AS entries FROM documents AS d
       LEFT JOIN document_versions AS v ON v.address = d.address AND v.version = d.version
       WHERE d.immutable = 0 AND d.gone = 0 LIMIT 5000`,
    )
    .all<{ address: string; size: number; entries: number | null }>();
  return new Map(rows.map(({ address, ...size }) => [address, size]));
}

async function subscriptionsByTopic(home: Home): Promise<Map<string, { channel: string; n: number }[]>> {
  const rows = await home.db
    .prepare('SELECT topic, channel, count(*) AS n FROM subscriptions GROUP BY topic, channel')
    .all<{ topic: string; channel: string; n: number }>();
  const topics = new Map<string, { channel: string; n: number }[]>();
  for (const { topic, ...one } of rows) topics.set(topic, [...(topics.get(topic) ?? []), one]);
  return topics;
}
