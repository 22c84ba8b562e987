/**
 * What Tidings costs at Cloudflare in a month, by `node docs/cost.ts`: published prices times what it does. Put your own
 * numbers into SIZES.
 */

import { PLAN, PRICES, priceOf, type Use } from './prices.ts';

interface Size {
  name: string;
  articles: number;
  /** Articles published or changed in a day. */
  changes: number;
  /** Subscriptions that are told of each change: one reader who subscribed to one feed is one. */
  subscribers: number;
  /** Requests for feeds in a day, from those who poll. */
  polls: number;
}

const SIZES: Size[] = [
  { name: 'a personal site', articles: 500, changes: 1, subscribers: 100, polls: 20_000 },
  { name: 'a newsroom', articles: 10_000, changes: 50, subscribers: 5_000, polls: 1_000_000 },
  { name: 'a large publisher', articles: 100_000, changes: 300, subscribers: 100_000, polls: 10_000_000 },
];

const DAYS = 30;
/** Cron lines: each minute what is due, every five minutes a look at the whole bucket. */
const MINUTES = DAYS * 1440;
const TICKS = MINUTES / 5;
/** Objects in a page of the listing, and subscriptions in a slice: src/ledger/scan.ts, src/push/fanout.ts. */
const LISTED = 200;
const SLICE = 100;
/** A change is in about six feeds of three formats, each kept plain and in three codings. */
const DOCUMENTS = 6 * 3;
const BODIES = DOCUMENTS * 4;
/** Guesses on the safe side, of one each. */
const CPU = { poll: 3, minute: 20, page: 10, change: 500, delivery: 3 };
const ROWS = { poll: 3, minute: 20, page: LISTED, change: 3_000, delivery: 10 };
const WRITTEN = { minute: 2, tick: 10, change: 500, delivery: 1, slice: 12 };

function useOf({ articles, changes, subscribers, polls }: Size): Use {
  const changed = changes * DAYS;
  const polled = polls * DAYS;
  const deliveries = changed * subscribers;
  const slices = changed * (DOCUMENTS + Math.ceil(subscribers / SLICE));
  const pages = TICKS * Math.ceil(articles / LISTED);
  return {
    requests: polled + MINUTES + TICKS + changed + slices,
    'CPU ms':
      polled * CPU.poll + MINUTES * CPU.minute + pages * CPU.page + changed * CPU.change + deliveries * CPU.delivery,
    'D1 rows read':
      polled * ROWS.poll +
      MINUTES * ROWS.minute +
      pages * ROWS.page +
      changed * ROWS.change +
      deliveries * ROWS.delivery,
    'D1 rows written':
      MINUTES * WRITTEN.minute +
      TICKS * WRITTEN.tick +
      changed * WRITTEN.change +
      deliveries * WRITTEN.delivery +
      slices * WRITTEN.slice,
    // About 30 kB for each article with its fragments, 1 kB for each subscription.
    'D1 GB': (articles * 30e3 + subscribers * 1e3) / 1e9,
    'R2 class A': pages + changed * (BODIES + 1),
    'R2 class B': polled + changed * (DOCUMENTS + 2),
    // 10 kB for each article, a day of 200 kB for each body that was replaced.
    'R2 GB': (articles * 10e3 + changes * BODIES * 200e3) / 1e9,
    // A message is written, read and deleted.
    'queue operations': 3 * (changed * 3 + slices + TICKS),
  };
}

const short = (n: number) =>
  n >= 1e9
    ? `${(n / 1e9).toFixed(1)} G`
    : n >= 1e6
      ? `${(n / 1e6).toFixed(1)} M`
      : n >= 1e3
        ? `${(n / 1e3).toFixed(0)} k`
        : Number.isInteger(n)
          ? `${n}`
          : n.toFixed(1);

const uses = SIZES.map(useOf);
const row = (cells: string[]) => `| ${cells.join(' | ')} |`;
console.log(row(['a month', ...SIZES.map(({ name }) => name)]));
console.log(row(['---', ...SIZES.map(() => '--:')]));
for (const key of ['articles', 'changes', 'subscribers', 'polls'] as const)
  console.log(
    row([
      {
        articles: 'articles',
        changes: 'changes a day',
        subscribers: 'subscriptions told of each',
        polls: 'polls a day',
      }[key],
      ...SIZES.map((size) => short(size[key])),
    ]),
  );
for (const name of Object.keys(PRICES) as (keyof Use)[])
  console.log(row([name, ...uses.map((use) => `${short(use[name])}: $${priceOf(use)[name].toFixed(2)}`)]));
console.log(row(['the plan', ...uses.map(() => `$${PLAN.toFixed(2)}`)]));
console.log(
  row([
    '**together**',
    ...uses.map(
      (use) =>
        `**$${Object.values(priceOf(use))
          .reduce((sum, one) => sum + one, PLAN)
          .toFixed(2)}**`,
    ),
  ]),
);
