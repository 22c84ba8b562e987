import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Problem } from '../../src/articles/article.ts';
import { createApp } from '../../src/http/app.ts';
import { republish } from '../../src/republish.ts';
import { findRun, type RunReport, requestRun } from '../../src/storage/runs.ts';
import { makeHome, type TestHome, type TestHomeOptions } from '../home.ts';

export const START = Date.UTC(2026, 4, 1, 9);
export const MINUTE = 60_000;

export interface FileState {
  path: string;
  state: string;
  article: string | null;
  problems: Problem[];
}

/** A home with its content folder, a clock that the test sets, and what one asks of them. */
export interface Newsroom {
  readonly home: TestHome;
  readonly clock: { now: number };
  write(path: string, text: string): void;
  remove(path: string): void;
  move(from: string, to: string): void;
  /** One regeneration of the whole folder, or of the paths that it is told of. */
  run(paths?: string[], wanted?: { acceptWithdrawals?: boolean }): Promise<RunReport>;
  /** What an address answers; null when that is 404. */
  get(address: string): Promise<string | null>;
  /** Bodies of all documents by address, as they are served. */
  documents(): Promise<Record<string, string>>;
  versions(): Promise<Record<string, number>>;
  /** All events in order, as `type title`. */
  events(): Promise<string[]>;
  files(): Promise<FileState[]>;
  file(path: string): Promise<FileState | undefined>;
  /** Ids of a feed's entries, newest first. */
  ids(address?: string): Promise<string[]>;
  titles(address?: string): Promise<string[]>;
  /** Ends this home and opens another on the same folders, with the same clock. */
  reopen(options?: NewsroomOptions): Promise<Newsroom>;
  /** Also removes the folders. */
  close(): Promise<void>;
}

export interface NewsroomOptions extends TestHomeOptions {
  /** Puts something between the home and the test. */
  wrap?: (home: TestHome) => TestHome;
}

let written = 0;

export function openNewsroom(options: NewsroomOptions = {}, clock = { now: START }): Newsroom {
  const { wrap = (home) => home, folder = mkdtempSync(join(tmpdir(), 'tidings-newsroom-')), ...rest } = options;
  const home = wrap(makeHome({ now: () => clock.now, ...rest, folder }));
  const app = createApp(home);
  const at = (path: string) => join(home.folder, 'content', path);
  const documentRows = () =>
    home.db
      .prepare('SELECT address, version FROM documents ORDER BY address')
      .all<{ address: string; version: number }>();
  const items = async (address = '/feed.json') =>
    (JSON.parse((await newsroom.get(address)) ?? '{"items":[]}') as { items: { id: string; title: string }[] }).items;
  const newsroom: Newsroom = {
    home,
    clock,
    write(path, text) {
      mkdirSync(dirname(at(path)), { recursive: true });
      writeFileSync(at(path), text);
      // Two writes of one length within the clock's grain would look the same.
      utimesSync(at(path), START / 1000, START / 1000 + ++written);
    },
    remove: (path) => rmSync(at(path), { recursive: true }),
    move(from, to) {
      mkdirSync(dirname(at(to)), { recursive: true });
      renameSync(at(from), at(to));
    },
    async run(paths, wanted = {}) {
      const id = await requestRun(home, { trigger: 'api', ...(paths ? { paths } : {}), ...wanted });
      await republish(home);
      const run = await findRun(home, id ?? '');
      if (!run) throw new Error('the run was not recorded');
      return run.report;
    },
    async get(address) {
      const answer = await app.request(address);
      if (answer.status === 404 || answer.status === 410) return null;
      if (answer.status !== 200) throw new Error(`${address} answers ${answer.status}`);
      return answer.text();
    },
    async documents() {
      const out: Record<string, string> = {};
      for (const { address } of await documentRows()) out[address] = (await newsroom.get(address)) ?? 'lost';
      return out;
    },
    versions: async () => Object.fromEntries((await documentRows()).map(({ address, version }) => [address, version])),
    async events() {
      const rows = await home.db
        .prepare('SELECT e.type, l.title FROM events AS e JOIN ledger AS l ON l.id = e.article ORDER BY e.seq')
        .all<{ type: string; title: string }>();
      return rows.map(({ type, title }) => `${type} ${title}`);
    },
    async files() {
      const rows = await home.db
        .prepare('SELECT path, state, article, problems FROM files ORDER BY path')
        .all<{ path: string; state: string; article: string | null; problems: string }>();
      return rows.map((row) => ({ ...row, problems: JSON.parse(row.problems) as Problem[] }));
    },
    file: async (path) => (await newsroom.files()).find((file) => file.path === path),
    ids: async (address) => (await items(address)).map((item) => item.id),
    titles: async (address) => (await items(address)).map((item) => item.title),
    async reopen(more = {}) {
      await home.close();
      return openNewsroom({ ...rest, ...more, folder }, clock);
    },
    async close() {
      await home.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return newsroom;
}

/** A body that tells its article from every other. */
export function bodyOf(name: string): string {
  return `${`This is what ${name} has to say, and nobody else says it in just these words. `.repeat(3)}\n`;
}

/** A file: front matter of these keys, and a body. */
export function article(title: string, keys: Record<string, unknown> = {}, body = bodyOf(title)): string {
  const all = { title, date: '2026-04-01 09:00', ...keys };
  const lines = Object.entries(all).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return `---\n${lines.join('\n')}\n---\n${body}`;
}

/** `count` articles, a day each, in two folders, with tags and categories. */
export function writeArticles({ write }: Pick<Newsroom, 'write'>, count: number): void {
  for (let n = 1; n <= count; n++) {
    const day = new Date(Date.UTC(2026, 0, 1) + n * 3_600_000).toISOString();
    const keys = { date: day, tags: [`t${n % 3}`], categories: [n % 2 ? 'News' : 'Notes'] };
    write(`${n % 2 ? 'news' : 'notes'}/a${String(n).padStart(4, '0')}.md`, article(`Article ${n}`, keys));
  }
}

/** A home whose `place` throws at its nth call: what a crash there leaves behind. */
export function failing<T extends object>(port: T, method: keyof T & string, isTime: () => boolean): T {
  return new Proxy(port, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (name !== method || typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        if (isTime()) throw new Error(`${method} failed on purpose`);
        return Reflect.apply(value, target, args) as unknown;
      };
    },
  });
}
