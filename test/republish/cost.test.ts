import { afterEach, describe, expect, it } from 'vitest';
import type { NodeDatabase } from '../../src/node/sqlite.ts';
import type { Database, SqlResult, Statement } from '../../src/storage/ports.ts';
import type { TestHome } from '../home.ts';
import { article, bodyOf, type Newsroom, openNewsroom, writeArticles } from './newsroom.ts';

/** What a home was asked to do. */
interface Ledger {
  /** Statements that ran. */
  queries: string[];
  lists: number;
  heads: number;
  gets: number;
  /** Most files in a page of the listing. */
  page: number;
}

function counted(home: TestHome, ledger: Ledger): TestHome {
  const texts = new WeakMap<Statement, { sql: string; of: Statement }>();
  const statement = (of: Statement, sql: string): Statement => {
    const ran = <T>(result: T): T => {
      ledger.queries.push(sql);
      return result;
    };
    const mine: Statement = {
      bind: (...values) => statement(of.bind(...values), sql),
      all: <T>() => ran(of.all<T>()),
      first: <T>() => ran(of.first<T>()),
      run: () => ran(of.run()),
    };
    texts.set(mine, { sql, of });
    return mine;
  };
  const db: Database = {
    prepare: (sql) => statement(home.db.prepare(sql), sql),
    batch: <T>(list: Statement[]): Promise<SqlResult<T>[]> => {
      const known = list.map((one) => texts.get(one) ?? { sql: 'unknown', of: one });
      ledger.queries.push(...known.map((one) => one.sql));
      return home.db.batch<T>(known.map((one) => one.of));
    },
  };
  const { source } = home;
  return {
    ...home,
    db,
    source: {
      ...source,
      async list(options) {
        ledger.lists++;
        const listing = await source.list(options);
        ledger.page = Math.max(ledger.page, listing.files.length);
        return listing;
      },
      head(path) {
        ledger.heads++;
        return source.head(path);
      },
      get(path) {
        ledger.gets++;
        return source.get(path);
      },
    },
  };
}

const nothing = (): Ledger => ({ queries: [], lists: 0, heads: 0, gets: 0, page: 0 });

let room: Newsroom;
afterEach(() => room.close());

/** What one changed file costs when it is told, among so many articles. */
async function costOfChange(count: number, change: (room: Newsroom) => string[]): Promise<Ledger> {
  const ledger = nothing();
  room = openNewsroom({ wrap: (home) => counted(home, ledger) });
  writeArticles(room, count);
  await room.run();
  const paths = change(room);
  Object.assign(ledger, nothing());
  expect(await room.run(paths)).toMatchObject({ error: null, held: null });
  return ledger;
}

describe('a change that was told', () => {
  const changes: [string, (room: Newsroom) => string[]][] = [
    [
      'an edited body',
      ({ write }) => {
        write('news/a0001.md', article('Article 1', { tags: ['t1'] }, bodyOf('edited')));
        return ['news/a0001.md'];
      },
    ],
    [
      'a new file',
      ({ write }) => {
        write('new.md', article('New', { tags: ['t1'], categories: ['News'] }));
        return ['new.md'];
      },
    ],
    [
      'a renamed file',
      ({ move }) => {
        move('news/a0001.md', 'news/b.md');
        return ['news/a0001.md', 'news/b.md'];
      },
    ],
    [
      'a draft',
      ({ write }) => {
        write('news/a0001.md', article('Article 1', { draft: true }));
        return ['news/a0001.md'];
      },
    ],
  ];
  it.each(changes)(
    'costs the same at a hundred and at five hundred articles, and lists nothing: %s',
    async (_, change) => {
      const few = await costOfChange(100, change);
      await room.close();
      const many = await costOfChange(500, change);
      expect(many).toEqual(few);
      expect(many.lists).toBe(0);
      expect(many.gets).toBeLessThan(3);
      expect(many.queries.length).toBeLessThan(180);
    },
  );
});

it('a look at a folder in which nothing changed reads no file, and asks five questions a page', async () => {
  const ledger = nothing();
  room = openNewsroom({ wrap: (home) => counted(home, ledger) });
  writeArticles(room, 400);
  await room.run();
  Object.assign(ledger, nothing());
  await room.run();
  expect(ledger).toMatchObject({ lists: 1, gets: 0, heads: 0 });
  const few = ledger.queries.length;
  for (let n = 401; n <= 1000; n++) room.write(`z/${n}.md`, article(`Article ${n}`));
  await room.run();
  Object.assign(ledger, nothing());
  await room.run();
  expect(ledger).toMatchObject({ lists: 2, gets: 0, heads: 0, page: 500 });
  expect(ledger.queries.length - few).toBeLessThanOrEqual(5);
});

it('no statement of a regeneration reads a whole table that grows with the articles', async () => {
  const ledger = nothing();
  room = openNewsroom({ wrap: (home) => counted(home, ledger) });
  writeArticles(room, 60);
  room.write('twin.md', article('Twin', { permalink: '/x/' }));
  room.write('twin2.md', article('Twin 2', { permalink: '/x/' }));
  await room.run();
  room.write('new.md', article('New', { tags: ['t1'] }));
  room.write('news/a0001.md', article('Edited', { tags: ['t2'] }));
  room.write('news/a0003.md', article('Draft', { draft: true }));
  room.move('news/a0005.md', 'news/b.md');
  room.remove('news/a0007.md');
  await room.run();
  await room.run();
  await room.run(['new.md']);
  const grown = /\b(files|ledger|articles|bodies|memberships|fragments|documents|events)\b/;
  const db = room.home.db as NodeDatabase;
  const scans: string[] = [];
  for (const sql of new Set(ledger.queries.filter((one) => grown.test(one)))) {
    const aliases = new Map([...sql.matchAll(/\b(\w+) AS (\w+)\b/g)].map(([, table, alias]) => [alias, table]));
    const plan = await db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all<{ detail: string }>();
    for (const { detail } of plan) {
      const [, name = ''] =
        /^SCAN (\w+)\b(?! .*USING (?:COVERING )?INDEX files_(?:due|missing|withdraw|state))/.exec(detail) ?? [];
      if (grown.test(aliases.get(name) ?? name)) scans.push(`${detail}: ${sql.replace(/\s+/g, ' ').slice(0, 160)}`);
    }
  }
  // How many are published is asked when something is to be withdrawn; of the events the last fifty are read.
  const bounded = /SELECT COUNT\(\*\) AS n FROM articles|ORDER BY seq DESC LIMIT 50/;
  expect(scans.filter((scan) => !bounded.test(scan))).toEqual([]);
});
