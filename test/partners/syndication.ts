import type { Home } from '../../src/home.ts';
import { createApp } from '../../src/http/app.ts';
import { housekeep } from '../../src/schedule.ts';
import { nextOpenRun } from '../../src/storage/runs.ts';
import { article, type Newsroom, type NewsroomOptions, openNewsroom } from '../republish/newsroom.ts';

export const DAY = 86_400_000;

/** What a partner was given when it was made. */
export interface MadePartner {
  key: string;
  keyId: string;
  webhookSecret: string;
}

/** A newsroom with partners, made by the API and read through their addresses. */
export interface Syndication extends Newsroom {
  api(method: string, path: string, body?: unknown): Promise<{ status: number; body: Record<string, never> }>;
  make(settings: object): Promise<MadePartner>;
  /** What stands at an address below `/partners/`, for whoever has the key. */
  fetch(path: string, key: string | null, headers?: Record<string, string>): Promise<Response>;
  /** Titles of a partner's JSON Feed, the newest first. */
  titlesFor(id: string, key: string): Promise<string[]>;
  /** Lets time pass, and does what a timer would. */
  pass(ms: number): Promise<void>;
  /** An article that is published so many milliseconds before the clock's present. */
  publish(title: string, keys?: Record<string, unknown>, ago?: number, body?: string): Promise<void>;
}

export function openSyndication(options: NewsroomOptions = {}): Syndication {
  const newsroom = openNewsroom(options);
  const { home, clock } = newsroom;
  const app = createApp(home);
  const self: Syndication = {
    ...newsroom,
    async api(method, path, body) {
      const answer = await app.request(`/api/partners${path}`, {
        method,
        headers: { Authorization: `Bearer ${home.adminToken}`, From: 'jane@news.example' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      await settled(home);
      return { status: answer.status, body: text === '' ? {} : JSON.parse(text) };
    },
    async make(settings) {
      const { status, body } = await self.api('POST', '', settings);
      if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
      const { key, webhookSecret, partner } = body as unknown as MadePartner & { partner: { keys: { id: string }[] } };
      return { key, webhookSecret, keyId: partner.keys[0]?.id ?? '' };
    },
    async fetch(path, key, headers = {}) {
      const own = key === null ? {} : { Authorization: `Bearer ${key}` };
      return app.request(`/partners/${path}`, { headers: { ...own, ...headers } });
    },
    async titlesFor(id, key) {
      const answer = await self.fetch(`${id}/feed.json`, key);
      if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
      return ((await answer.json()) as { items: { title: string }[] }).items.map(({ title }) => title);
    },
    async pass(ms) {
      clock.now += ms;
      await housekeep(home);
    },
    async publish(title, keys = {}, ago = 0, body) {
      const date = new Date(clock.now - ago).toISOString();
      self.write(`${title}.md`, article(title, { date, ...keys }, body));
      await newsroom.run();
    },
  };
  return self;
}

/**
 * Whoever started a regeneration holds its lock for a moment after the answer that it waited for; what is asked for in that
 * moment is left to it.
 */
async function settled(home: Home): Promise<void> {
  for (;;) {
    const held = await home.db.prepare('SELECT 1 FROM locks WHERE until > ?').bind(home.now()).first();
    if (!held && !(await nextOpenRun(home))) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
