import { type Config, resolveConfig } from '../../src/config/config.ts';
import type { ConfigInput } from '../../src/config/schema.ts';
import type { Home } from '../../src/home.ts';
import { createApp } from '../../src/http/app.ts';
import { consume } from '../../src/push/consumer.ts';
import { REPUBLISH, republish } from '../../src/republish.ts';
import type { ArticleSource, Message, SourceFile } from '../../src/storage/ports.ts';
import { requestRun } from '../../src/storage/runs.ts';

/** A home without queue, whose source is in memory. */
export type BareHome = Omit<Home, 'queue'> & {
  /** The same home in another invocation, where these are counted and bounded. */
  renew?: () => Omit<Home, 'queue'>;
};

/** A publisher at work: writes articles, has them published, and lets what follows happen when the test says so. */
export interface Newsdesk {
  home: Home;
  /** Moves the clock by so many milliseconds. */
  pass(ms: number): void;
  /** Writes a file, or takes it away, and regenerates; nobody is told before {@link Newsdesk.drain}. */
  write(path: string, text: string | null): Promise<void>;
  regenerate(): Promise<void>;
  /** Does everything that is due, and what comes of it. */
  drain(): Promise<void>;
  /** Sends a request to the server. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** The same database and articles with another configuration, as after a restart. */
  restart(push: ConfigInput['push']): Newsdesk;
}

export const SITE = 'http://tidings.test';

export function article(title: string, fields: Record<string, string> = {}, body = `About ${title}.`): string {
  const lines = Object.entries({ date: '2026-10-01T09:00:00Z', ...fields }).map(([key, value]) => `${key}: ${value}`);
  return `---\ntitle: ${JSON.stringify(title)}\n${lines.join('\n')}\n---\n\n${body}\n`;
}

export function newsdesk(bare: BareHome, push: ConfigInput['push'], more: ConfigInput = {}): Newsdesk {
  return open(bare, memorySource(), { offset: 0 }, { ...more, push });
}

function open(bare: BareHome, source: ArticleSource, clock: { offset: number }, input: ConfigInput): Newsdesk {
  const config: Config = resolveConfig(input, SITE);
  const outliving: Promise<unknown>[] = [];
  // A regeneration that may not go on in one invocation does in the next; everything else waits for the test.
  const queue: Home['queue'] = {
    send: async ({ type }) => {
      if (type !== REPUBLISH) return;
      begin();
      outliving.push(republish(home));
    },
    sendBatch: async () => {},
  };
  const home: Home = {
    ...bare,
    config,
    source,
    queue,
    now: () => Date.now() + clock.offset,
    freshness: { settle: async () => {} },
    documentCache: null,
    sharedHeads: null,
    adminToken: 'test-token',
    peerAddress: () => '127.0.0.1',
    waitUntil: (work) => void outliving.push(work),
  };
  const app = createApp(home);
  /** What is asked of the server, and each of its works, is an invocation of its own. */
  const begin = () => {
    const fresh = bare.renew?.();
    if (fresh) Object.assign(home, { db: fresh.db, blobs: fresh.blobs, request: fresh.request });
  };
  const desk: Newsdesk = {
    home,
    pass: (ms) => {
      clock.offset += ms;
    },
    async write(path, text) {
      if (text === null) await source.delete(path);
      else await source.put(path, new TextEncoder().encode(text));
      await desk.regenerate();
    },
    async regenerate() {
      begin();
      await requestRun(home, { trigger: 'api', acceptWithdrawals: true });
      await republish(home);
      while (outliving.length > 0) await Promise.all(outliving.splice(0));
    },
    async drain() {
      for (;;) {
        begin();
        while (outliving.length > 0) await Promise.all(outliving.splice(0));
        const due = await home.db
          .prepare('SELECT type, ref FROM outbox WHERE due_at <= ? AND claimed_until = 0')
          .bind(home.now())
          .all<{ type: string; ref: string }>();
        if (due.length === 0) return;
        await consume(
          home,
          due.map(({ type, ref }) => delivered({ type: 'outbox', work: type, ref })),
        );
      }
    },
    ask: async (path, init) => {
      begin();
      return app.request(SITE + path, init, undefined);
    },
    restart: (push) => open(bare, source, clock, { ...input, push }),
  };
  return desk;
}

function delivered(body: Message) {
  return { id: '1', body, attempts: 1, ack: () => {}, retry: () => {} };
}

/** Article files in memory, as a folder gives them. */
function memorySource(): ArticleSource {
  const files = new Map<string, { tag: number; bytes: Uint8Array }>();
  let tags = 0;
  const entry = (path: string): SourceFile | null => {
    const file = files.get(path);
    return file ? { path, tag: String(file.tag), size: file.bytes.byteLength } : null;
  };
  const put = async (path: string, bytes: Uint8Array) => {
    tags += 1;
    files.set(path, { tag: tags, bytes });
    return { path, tag: String(tags), size: bytes.byteLength };
  };
  return {
    list: async () => ({ files: [...files.keys()].sort().flatMap((path) => entry(path) ?? []), cursor: null }),
    head: async (path) => entry(path),
    get: async (path) => {
      const file = entry(path);
      return file ? { file, bytes: files.get(path)?.bytes ?? new Uint8Array() } : null;
    },
    put,
    putIf: async (path, bytes, tag) => ((entry(path)?.tag ?? null) === tag ? put(path, bytes) : null),
    delete: async (path) => files.delete(path),
  };
}
