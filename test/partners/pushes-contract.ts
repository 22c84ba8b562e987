import { Webhook } from 'standardwebhooks';
import { describe, expect, inject, test } from 'vitest';
import type { ConfigInput } from '../../src/config/schema.ts';
import { lookForTrouble } from '../../src/push/alerts.ts';
import { housekeep } from '../../src/schedule.ts';
import { article, type BareHome, type Newsdesk, newsdesk } from '../channels/newsdesk.ts';

const HOUR = 3_600_000;
const DAY = 86_400_000;
const ADMIN = { authorization: 'Bearer test-token' };

/** A message as a partner's webhook gets it. */
interface Message {
  id: string;
  type: string;
  data: { id: string; title: string; [more: string]: unknown };
}

interface Delivered {
  body: string;
  headers: Record<string, string>;
}

/** What the public library takes; with a clock that was set forward its signature is compared, as the library does. */
function verified(secret: string, { body, headers }: Delivered): Message {
  const sent = Number(headers['webhook-timestamp']) * 1000;
  if (Math.abs(sent - Date.now()) < 60_000) return new Webhook(secret).verify(body, headers) as Message;
  const signature = new Webhook(secret).sign(headers['webhook-id'] ?? '', new Date(sent), body);
  expect(headers['webhook-signature']?.split(' ')).toContain(signature);
  return JSON.parse(body) as Message;
}

/** A partner at work: its webhook, its key, and what it does with them. */
interface Player {
  id: string;
  secret: string;
  /** What its webhook answers from now on. */
  answer(reply: { status?: number; headers?: Record<string, string> }): Promise<void>;
  /** Every message that came so far, each verified by the partner's secret. */
  messages(secret?: string): Promise<Message[]>;
  /** What it heard, as `type title`. */
  heard(): Promise<string[]>;
  fetch(file: string, agent?: string): Promise<string>;
  acknowledge(body: object): Promise<{ status: number; body: Record<string, unknown> }>;
}

/** What partners are sent and what is known of them in every home. `make` gives a home with an empty database. */
export function partnerPushesContract(make: () => Promise<BareHome>): void {
  const { http } = inject('servers');

  async function open(config: ConfigInput = {}) {
    const desk = newsdesk(await make(), {}, config);
    const call = async (method: string, path: string, body?: object) => {
      const answer = await desk.ask(path, { method, headers: ADMIN, ...(body && { body: JSON.stringify(body) }) });
      const text = await answer.text();
      return { status: answer.status, text, body: text.startsWith('{') ? JSON.parse(text) : null };
    };
    const partner = async (settings: { id: string; [more: string]: unknown }, hasWebhook = true): Promise<Player> => {
      const name = crypto.randomUUID();
      const webhook = hasWebhook ? { webhook: { url: `${http}/inbox/${name}` } } : {};
      const made = await call('POST', '/api/partners', { name: settings.id, ...webhook, ...settings });
      if (made.status !== 201) throw new Error(made.text);
      await desk.drain();
      const bearer = { authorization: `Bearer ${made.body.key}` };
      const player: Player = {
        id: settings.id,
        secret: made.body.webhookSecret,
        answer: async (reply) =>
          void (await (await fetch(`${http}/answer/${name}`, { method: 'POST', body: JSON.stringify(reply) })).text()),
        async messages(secret = player.secret) {
          const received = (await (await fetch(`${http}/received/${name}`)).json()) as Delivered[];
          return received.map((one) => ({ ...verified(secret, one), id: one.headers['webhook-id'] ?? '' }));
        },
        heard: async () => (await player.messages()).map(({ type, data }) => `${type.slice(8)} ${data.title}`),
        async fetch(file, agent = 'portal/1') {
          const answer = await desk.ask(`/partners/${settings.id}/${file}`, {
            headers: { ...bearer, 'user-agent': agent },
          });
          const text = await answer.text();
          if (answer.status !== 200) throw new Error(`${answer.status} ${text}`);
          await desk.drain();
          return text;
        },
        async acknowledge(body) {
          const answer = await desk.ask(`/partners/${settings.id}/acknowledgements`, {
            method: 'POST',
            headers: bearer,
            body: JSON.stringify(body),
          });
          return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
        },
      };
      return player;
    };
    const proof = async (id: string, of: string) =>
      (await call('GET', `/api/partners/${id}/proof?${new URLSearchParams({ article: of })}`)).body;
    return { desk, call, partner, proof };
  }

  const write = async (desk: Newsdesk, path: string, text: string | null) => {
    await desk.write(path, text);
    await desk.drain();
  };

  describe('a partner with a webhook', { timeout: 180_000 }, () => {
    test('hears of what it may have as its feed has it, after its embargo, and of nothing else', async () => {
      const { desk, partner } = await open();
      const portal = await partner({
        id: 'portal',
        where: { tag: 'harbour' },
        content: 'excerpt',
        tracking: { from: 'p' },
      });
      const late = await partner({ id: 'late', embargoSeconds: 3600 });
      const date = new Date(desk.home.now()).toISOString();
      await write(desk, 'a.md', article('A', { tags: '[harbour]', date }, 'First words.\n\nMore words.'));
      await write(desk, 'b.md', article('B', { tags: '[market]', date }));
      expect(await portal.heard()).toEqual(['published A']);
      const [message] = await portal.messages();
      expect(message?.data).toMatchObject({ url: expect.stringContaining('from=p'), summary: expect.any(String) });
      expect(message?.data.content_html).toBeUndefined();
      const [item] = JSON.parse(await portal.fetch('feed.json')).items;
      expect(message?.data).toEqual(item);
      expect(await late.heard()).toEqual([]);
      await write(desk, 'b.md', null);
      desk.pass(HOUR + 1_000);
      await housekeep(desk.home);
      await desk.drain();
      expect(await late.heard()).toEqual(['published A']);
    });

    test('hears of corrections and withdrawals of what it had, wherever that stands by now', async () => {
      const { desk, call, partner } = await open();
      const portal = await partner({ id: 'portal', limit: 1, days: 30, where: { not: { tag: 'off' } } });
      const other = await partner({ id: 'other' }, false);
      const date = new Date(desk.home.now()).toISOString();
      for (const name of ['A', 'B', 'C']) await write(desk, `${name}.md`, article(name, { date }));
      await other.fetch('atom.xml');
      await write(desk, 'A.md', article('A', { date, correction: 'It was Tuesday' }));
      expect((await portal.messages()).at(-1)).toMatchObject({
        type: 'article.updated',
        data: { title: 'A', content_html: expect.stringContaining('It was Tuesday') },
      });
      // It has left the window of one entry, and is said all the same until it was fetched.
      expect(JSON.parse(await portal.fetch('feed.json')).items.map(({ title }: { title: string }) => title)).toContain(
        'A',
      );
      await write(desk, 'B.md', article('B', { date, tags: '[off]' }));
      expect((await portal.messages()).at(-1)).toMatchObject({
        type: 'article.withdrawn',
        data: { title: 'B', reason: 'not-for-partner', mandatory: false },
      });
      desk.pass(31 * DAY);
      await housekeep(desk.home);
      await desk.drain();
      const heard = (await portal.heard()).length;
      await call('POST', '/api/withdrawals', { article: 'A.md', reason: 'Not ours' });
      await desk.drain();
      const [withdrawn, ...more] = (await portal.messages()).slice(heard);
      expect(more).toEqual([]);
      expect(withdrawn).toMatchObject({
        type: 'article.withdrawn',
        data: { title: 'A', reason: 'withdrawn', note: 'Not ours', withdrawn: expect.any(String) },
      });
      for (const file of ['rss.xml', 'atom.xml']) expect(await other.fetch(file)).toContain('at:deleted-entry');
      expect(JSON.parse(await portal.fetch('feed.json'))._tidings.withdrawn).toMatchObject(
        [{ id: withdrawn?.data.id, reason: 'withdrawn' }, { reason: 'not-for-partner' }].slice(0, 1),
      );
      await call('POST', '/api/restorations', { article: 'A.md' });
      await desk.drain();
      expect((await portal.messages()).at(-1)).toMatchObject({
        type: 'article.updated',
        data: { id: withdrawn?.data.id },
      });
    });

    test('gets again what it missed, under the same ids, and never what was withdrawn', async () => {
      const { desk, call, partner } = await open();
      const portal = await partner({ id: 'portal' });
      const start = new Date(desk.home.now()).toISOString();
      for (const name of ['A', 'B']) await write(desk, `${name}.md`, article(name));
      await write(desk, 'B.md', article('B again'));
      await call('POST', '/api/withdrawals', { article: 'A.md', reason: 'Not ours' });
      await desk.drain();
      const before = await portal.messages();
      expect(before.map(({ type }) => type.slice(8))).toEqual(['published', 'published', 'updated', 'withdrawn']);
      const [publishedA, , updatedB, withdrawnA] = before;

      const one = await call('POST', '/api/partners/portal/replay', { event: publishedA?.id });
      expect(one).toMatchObject({ status: 202, body: { events: [withdrawnA?.id] } });
      await desk.drain();
      expect((await portal.messages()).slice(4)).toMatchObject([{ id: withdrawnA?.id, type: 'article.withdrawn' }]);
      const all = await call('POST', '/api/partners/portal/replay', { since: start });
      expect(all.body.events.toSorted()).toEqual([updatedB?.id, withdrawnA?.id].toSorted());
      await desk.drain();
      const again = (await portal.messages()).slice(5);
      expect(again.map(({ id }) => id).toSorted()).toEqual([updatedB?.id, withdrawnA?.id].toSorted());
      expect(again.find(({ id }) => id === updatedB?.id)?.data.title).toBe('B again');
      expect((await call('POST', '/api/partners/portal/replay', { event: 'msg_no' })).status).toBe(404);
      expect((await call('POST', '/api/partners/nobody/replay', { since: start })).status).toBe(404);
    });

    test('is tried for two days by a schedule that can be seen, then suspended, which the publisher is told', async () => {
      const { desk, call, partner } = await open();
      const portal = await partner({ id: 'portal' });
      await portal.answer({ status: 503 });
      await write(desk, 'a.md', article('A'));
      await write(desk, 'a.md', article('AA'));
      const state = async () => (await call('GET', '/api/partners/portal/pushes')).body;
      expect(await state()).toMatchObject({
        receiver: { failures: 1, status: 503, suspendedAt: null, nextAt: expect.any(String) },
        waiting: [{ type: 'article.published', article: expect.any(String) }],
        pushes: [{ attempts: 1, status: 503, takenAt: null }],
      });
      const begun = desk.home.now();
      for (let at = 0; at < 20 && (await state()).receiver.suspendedAt === null; at++) {
        desk.pass(Math.max(0, Date.parse((await state()).receiver.nextAt) - desk.home.now()) + 1);
        await desk.drain();
      }
      const days = (desk.home.now() - begun) / DAY;
      expect(days).toBeGreaterThan(1.9);
      expect(days).toBeLessThan(2.1);
      await lookForTrouble(desk.home);
      const [alert] = await desk.home.db.prepare("SELECT message FROM alerts WHERE kind = 'suspended'").all();
      expect(alert?.message).toContain('ask the partner portal');
      await portal.answer({});
      await call('POST', '/api/partners/portal/replay', { since: '2026-01-01' });
      await desk.drain();
      const heard = await portal.heard();
      expect(heard.at(-1)).toBe('published AA');
      expect(await state()).toMatchObject({ receiver: { failures: 0, suspendedAt: null }, waiting: [] });
    });

    test('verifies by either secret while one takes the place of the other', async () => {
      const { desk, call, partner } = await open();
      const portal = await partner({ id: 'portal' });
      const rotated = await call('POST', '/api/partners/portal/secrets');
      await write(desk, 'a.md', article('A'));
      const secret = rotated.body.secret ?? rotated.body.webhookSecret;
      for (const one of [portal.secret, secret]) expect(await portal.messages(one)).toHaveLength(1);
    });
  });

  describe('a kill', { timeout: 180_000 }, () => {
    test('is told to every partner at once, embargo or not, and again until each has acknowledged it', async () => {
      const { desk, call, partner } = await open();
      const early = await partner({ id: 'early', embargoSeconds: 86_400 });
      const away = await partner({ id: 'away', where: { tag: 'none' } });
      const reader = await partner({ id: 'reader' }, false);
      await write(desk, 'a.md', article('A', { date: new Date(desk.home.now()).toISOString() }));
      await away.answer({ status: 500 });
      expect((await call('POST', '/api/kills', { article: 'a.md', reason: 'Libel' })).status).toBe(200);
      await desk.drain();
      const [kill, ...more] = await early.messages();
      expect(more).toEqual([]);
      expect(kill).toMatchObject({
        type: 'article.withdrawn',
        data: { title: 'A', mandatory: true, reason: 'killed', note: 'Libel' },
      });
      expect(await reader.fetch('atom.xml')).toContain('at:deleted-entry');
      for (let day = 0; day < 3; day++) {
        desk.pass(DAY);
        await housekeep(desk.home);
        await desk.drain();
      }
      expect((await away.messages()).length).toBeGreaterThan(3);
      await lookForTrouble(desk.home);
      const [alert] = await desk.home.db.prepare("SELECT message FROM alerts WHERE kind = 'kill'").all();
      expect(alert?.message).toBe('2 partners have not acknowledged that "A" was killed: away, reader');
      await away.answer({});
      desk.pass(2 * HOUR);
      await desk.drain();
      const times = (await away.messages()).length;
      desk.pass(40 * DAY);
      await housekeep(desk.home);
      await desk.drain();
      expect((await away.messages()).length).toBe(times);
      // Not acknowledged, so it stays where it was; who has the key says that it knows.
      expect(await reader.fetch('atom.xml')).toContain('at:deleted-entry');
      expect(await reader.acknowledge({ articles: [{ id: kill?.data.id, withdrawn: true }] })).toMatchObject({
        status: 200,
      });
      desk.pass(6_000);
      await lookForTrouble(desk.home);
      const open_ = await desk.home.db.prepare("SELECT 1 FROM alerts WHERE kind = 'kill' AND mended_at IS NULL").all();
      expect(open_).toEqual([]);
      await housekeep(desk.home);
      expect(await reader.fetch('atom.xml')).not.toContain('at:deleted-entry');
    });
  });

  describe('proof', { timeout: 180_000 }, () => {
    test('says what a partner was offered, fetched, was sent and acknowledged, and exports it', async () => {
      const { desk, call, partner, proof } = await open();
      await partner({ id: 'portal' });
      const reader = await partner({ id: 'reader', formats: ['atom', 'json'] }, false);
      await write(desk, 'a.md', article('A'));
      await write(desk, 'b.md', article('B'));
      expect(await proof('portal', 'a.md')).toMatchObject({
        has: true,
        versions: [
          { offered: [{ from: { rss: expect.any(Number) }, until: null }], pushed: [{ takenAt: expect.any(String) }] },
        ],
      });
      expect(await proof('reader', 'a.md')).toMatchObject({ has: false, versions: [{ fetched: [], pushed: [] }] });
      await reader.fetch('feed.json', 'reader/2');
      await reader.fetch('feed.json', 'reader/2');
      const first = await proof('reader', 'a.md');
      expect(first).toMatchObject({
        has: true,
        versions: [{ fetched: [{ format: 'json', agent: 'reader/2', times: 2 }] }],
      });
      desk.pass(2_000);
      await write(desk, 'a.md', article('A', {}, 'Something else.'));
      expect(await proof('reader', 'a.md')).toMatchObject({
        has: false,
        versions: [{ fetched: [] }, { fetched: [{}] }],
      });
      const said = { articles: [{ id: first.article }, { id: 'tag:nobody' }] };
      expect((await reader.acknowledge(said)).body).toEqual({
        acknowledged: [{ article: first.article, version: (await proof('reader', 'a.md')).current }],
        unknown: ['tag:nobody'],
      });
      expect(await proof('reader', 'a.md')).toMatchObject({
        has: true,
        versions: [{ acknowledgedAt: expect.any(String) }, {}],
      });
      const rows = await desk.home.db.prepare("SELECT count(*) AS n FROM offers WHERE partner = 'reader'").first();
      expect(rows).toEqual({ n: 3 });

      const csv = await call('GET', '/api/partners/reader/record?format=csv');
      const [head, ...lines] = csv.text.trimEnd().split('\r\n');
      expect(head).toBe('at,kind,article,version,documents,detail,outcome');
      expect(lines.map((line) => line.split(',')[1]).toSorted()).toEqual([
        'acknowledged',
        'fetched',
        'offered',
        'offered',
        'offered',
      ]);
      expect((await call('GET', '/api/partners/reader/record?kind=fetched')).body.lines).toMatchObject([
        { documents: expect.stringMatching(/^json \d+$/), detail: 'reader/2', outcome: '2' },
      ]);
      expect((await call('GET', '/api/partners/nobody/proof?article=a.md')).status).toBe(404);
      const refused = await desk.ask('/partners/reader/acknowledgements', { method: 'POST', body: '{}' });
      expect(refused.status).toBe(401);
    });

    test('knows who has not come for a withdrawal in thirty days, and forgets what is old but not who has what', async () => {
      const { desk, call, partner, proof } = await open({ partners: { recordDays: 20 } });
      const reader = await partner({ id: 'reader' }, false);
      const other = await partner({ id: 'other' }, false);
      await write(desk, 'a.md', article('A'));
      for (const one of [reader, other]) await one.fetch('rss.xml');
      await call('POST', '/api/withdrawals', { article: 'a.md', reason: 'Not ours' });
      await reader.fetch('rss.xml');
      expect(await proof('reader', 'a.md')).toMatchObject({ has: true, withdrawal: { settledBy: 'fetched' } });
      expect(await proof('other', 'a.md')).toMatchObject({ has: false, withdrawal: { settledAt: null } });
      desk.pass(30 * DAY + 1_000);
      await housekeep(desk.home);
      const [alert, ...more] = await desk.home.db.prepare("SELECT message FROM alerts WHERE kind = 'unheard'").all();
      expect(more).toEqual([]);
      expect(alert?.message).toContain('partner other has not fetched or acknowledged in 30 days that "A"');
      await desk.drain();
      expect(await desk.home.db.prepare("SELECT 1 FROM alerts WHERE kind = 'unheard'").first()).toBeNull();
      expect(await other.fetch('rss.xml')).not.toContain('at:deleted-entry');
      expect(await proof('other', 'a.md')).toMatchObject({ has: false, withdrawal: { settledBy: 'expired' } });
    });
  });
}
