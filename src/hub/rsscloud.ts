import type { Home } from '../home.ts';
import type { ProvenTopic } from '../partners/topics.ts';
import { notify } from '../push/channels/rsscloud.ts';
import { lanes } from '../push/lanes.ts';
import { readAnswer } from '../push/method-call.ts';
import { enqueueSelected, wake } from '../push/outbox.ts';
import { OutboundError } from '../storage/ports.ts';
import { callbackProblem, withQuery } from './callbacks.ts';
import { SUBSCRIPTIONS_OF_ORIGIN } from './pending.ts';
import { randomChallenge } from './verification.ts';

/** Registrations end after 25 hours; who wants to go on registers again every 24 (rssCloud interface, section 4). */
const LEASE_SECONDS = 25 * 3_600;
/** Milliseconds that a handler has to answer the test; the caller waits meanwhile. */
const TIMEOUT_MS = 5_000;
/** Feeds in one registration. */
const TOPICS = 100;

/** What a process asks for, as it came. */
export interface Registration {
  /** Only for xml-rpc. */
  notifyProcedure: string;
  port: string;
  path: string;
  protocol: string;
  urls: string[];
  /** Null: notifications go to the address that the request came from. */
  domain: string | null;
}

export type Answered = { ok: boolean; message: string };

const THANKS =
  'Thanks for the registration. It worked. When the feed changes you will be notified. Register again within 24 hours: it ends after 25.';

/**
 * Registers a process for notifications, when its handler takes a test: at the caller's own address a notification, at
 * a domain a question that it answers with the challenge, by XML-RPC a call that it answers.
 *
 * @param caller the address that the request came from; null where it is not known
 * @param prove finds the document of an address that whoever asks may have
 * @param mayAsk told the callback before anybody is asked; a sentence refuses
 * @see https://www.rssboard.org/rsscloud-interface
 */
export async function register(
  home: Home,
  registration: Registration,
  caller: string | null,
  prove: (asked: string) => Promise<ProvenTopic | null>,
  mayAsk: (callback: string) => Promise<string | null>,
): Promise<Answered> {
  const callback = callbackOf(registration, caller);
  if (!callback.ok) return callback;
  const problem = callbackProblem(callback.address, home.allowPrivate);
  if (problem) return refuse(problem.replace(/^hub\.callback/, 'The handler'));
  const { urls, protocol, domain } = registration;
  if (urls.length === 0) return refuse('url1 is missing: give the address of a feed of this server.');
  if (urls.length > TOPICS) return refuse(`Too many feeds: ${TOPICS} are the most in one registration.`);
  const topics: Topic[] = [];
  for (const asked of urls) {
    const found = await prove(asked);
    if (found === null) return refuse(`${asked} is not a feed of this server.`);
    topics.push({ address: found.topic, asked: found.asked, key: found.key });
  }
  const full = await overBounds(home, callback.address, topics);
  const forbidden = full ?? (await mayAsk(callback.address));
  if (forbidden) return refuse(forbidden);

  const url = callback.address + callback.procedure;
  const [first] = topics;
  const isUp =
    domain === null || protocol === 'xml-rpc'
      ? await takesNotice(home, url, first?.asked ?? '')
      : await answersChallenge(home, url, first?.asked ?? '');
  home.log.info('rsscloud.register', { origin: new URL(url).origin, protocol, topics: topics.length, confirmed: isUp });
  if (!isUp) return refuse('The registration was cancelled because the call failed when we tested the handler.');
  await save(home, url, topics);
  return { ok: true, message: THANKS };
}

/** A feed, by its document's address and as the process wrote it. */
interface Topic {
  address: string;
  asked: string;
  /** The id of the key that proved a partner's topic. */
  key: string | null;
}

type Callback = { ok: true; address: string; procedure: string } | (Answered & { ok: false });

const refuse = (message: string): Answered & { ok: false } => ({ ok: false, message });

function callbackOf({ protocol, port, path, domain, notifyProcedure }: Registration, caller: string | null): Callback {
  if (!['http-post', 'https-post', 'xml-rpc'].includes(protocol))
    return refuse('protocol must be http-post, https-post or xml-rpc.');
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535)
    return refuse('port must be a number from 1 to 65535.');
  if (!path.startsWith('/') || path.includes('#')) return refuse('path must begin with / and have no fragment.');
  if (protocol === 'xml-rpc' && notifyProcedure === '')
    return refuse('notifyProcedure must name the procedure that is called.');
  const host = domain ?? caller;
  if (host === null) return refuse('domain is missing, and the address that the request came from is not known.');
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  if (!/^(?:\[[\da-f:.]+\]|[\p{L}\p{N}._-]+)$/iu.test(name)) return refuse('domain must be the name of a host.');
  const scheme = protocol === 'https-post' || port === '443' ? 'https' : 'http';
  const address = `${scheme}://${name}:${port}${path}`;
  if (!URL.canParse(address)) return refuse('domain, port and path make no address.');
  return {
    ok: true,
    address,
    procedure: protocol === 'xml-rpc' ? `#${encodeURIComponent(notifyProcedure)}` : '',
  };
}

async function overBounds(home: Home, callback: string, topics: Topic[]): Promise<string | null> {
  const { origin } = new URL(callback);
  const most = await home.db
    .prepare(
      `SELECT max(n) AS n FROM (SELECT count(*) AS n FROM subscriptions WHERE origin = ?
         AND topic IN (SELECT value FROM json_each(?)) GROUP BY topic)`,
    )
    .bind(origin, JSON.stringify(topics.map(({ address }) => address)))
    .first<{ n: number | null }>();
  return (most?.n ?? 0) >= SUBSCRIPTIONS_OF_ORIGIN ? `Handlers at ${origin} have too many registrations.` : null;
}

/** Whether the handler takes a notification; a remote procedure returns true (section 3.2). */
async function takesNotice(home: Home, url: string, topic: string): Promise<boolean> {
  const { attempt, answer } = await lanes(home).slow.run(new URL(url).origin, () =>
    notify(home, url, topic, TIMEOUT_MS),
  );
  if (attempt.outcome !== 'delivered') return false;
  if (!url.includes('#')) return true;
  const returned = answer && readAnswer(new TextDecoder().decode(answer));
  return returned?.ok === true && returned.value !== false;
}

/** Whether the handler gives the challenge back, which shows that its owner wants to be told. */
async function answersChallenge(home: Home, callback: string, topic: string): Promise<boolean> {
  const challenge = randomChallenge();
  const url = withQuery(callback, { url: topic, challenge });
  try {
    const { status, body } = await lanes(home).slow.run(new URL(url).origin, () =>
      home.request({ url, method: 'GET', timeoutMs: TIMEOUT_MS }),
    );
    return status >= 200 && status < 300 && new TextDecoder().decode(body).trim() === challenge;
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    return false;
  }
}

/**
 * Makes or renews the subscriptions. Who is new has what is there now and reads it itself; who was not reached lately is
 * told again.
 */
async function save(home: Home, callback: string, topics: Topic[]): Promise<void> {
  const now = home.now();
  const { origin } = new URL(callback);
  const itself = `SELECT id FROM subscriptions WHERE channel = 'rsscloud' AND callback = ?
    AND topic IN (SELECT value ->> 'address' FROM json_each(?))`;
  const json = JSON.stringify(topics);
  const insert = home.db
    .prepare(
      `INSERT INTO subscriptions (channel, topic, asked_topic, callback, origin, lease_seconds, lease_until, created_at,
         verified_at, partner_key, delivered)
       SELECT 'rsscloud', t.value ->> 'address', t.value ->> 'asked', ?2, ?3, ${LEASE_SECONDS}, ?4, ?5, ?5,
         t.value ->> 'key',
         coalesce((SELECT max(d.version, coalesce(f.wanted, 0)) FROM documents d LEFT JOIN fanouts f ON f.topic = d.address
           WHERE d.address = t.value ->> 'address'), 0)
       FROM json_each(?1) t
       WHERE t.value ->> 'key' IS NULL OR EXISTS (SELECT 1 FROM partner_keys WHERE id = t.value ->> 'key')
       ON CONFLICT (channel, topic, callback) DO UPDATE SET asked_topic = excluded.asked_topic,
         lease_until = excluded.lease_until, verified_at = excluded.verified_at, partner_key = excluded.partner_key`,
    )
    .bind(json, callback, origin, now + LEASE_SECONDS * 1_000, now);
  const results = await home.db.batch<{ id: number }>([
    insert,
    home.db
      .prepare(
        `UPDATE deliveries SET reason = 'behind', attempts = 0 WHERE subscription IN (${itself}) RETURNING subscription AS id`,
      )
      .bind(callback, json),
    enqueueSelected(home, 'deliver', {
      select: `SELECT CAST(subscription AS TEXT) AS ref, ? AS due_at FROM deliveries WHERE subscription IN (${itself})`,
      values: [now, callback, json],
      again: true,
    }),
  ]);
  await wake(
    home,
    (results[1]?.results ?? []).map(({ id }) => ({ type: 'deliver', ref: String(id) })),
  );
}
