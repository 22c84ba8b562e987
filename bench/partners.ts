import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PartnerInput } from '../src/partners/partner.ts';
import { createPartner, removePartner } from '../src/partners/partners.ts';
import { republish } from '../src/republish.ts';
import { listRuns, requestRun } from '../src/storage/runs.ts';
import { type Figure, figure } from './figure.ts';
import { benchHome } from './home.ts';
import type { Benchmark } from './main.ts';
import { PARTNERS_ARTICLES, writeNewsroom } from './partners-newsroom.ts';

const PARTNERS = 500;
const CHANGED = 'content/posts/news-00000.md';

/** One changed article among ten thousand: a regeneration with one partner, beside one with five hundred. */
export const run: Benchmark = async ({ count = PARTNERS_ARTICLES, rounds = 9 }) => {
  const folder = mkdtempSync(join(tmpdir(), 'tidings-partners-'));
  const content = join(folder, 'content');
  writeNewsroom(content, count);
  const home = benchHome(join(folder, 'data'), content);
  const work = async (paths?: string[]) => {
    await requestRun(home, { trigger: 'watch', ...(paths ? { paths } : {}) });
    await republish(home);
  };
  const changes = async () => {
    const times: number[] = [];
    let documents = 0;
    for (let n = 0; n <= rounds; n++) {
      appendFileSync(join(content, CHANGED), `\nThis is change ${n}.\n`);
      const started = performance.now();
      await work([CHANGED]);
      const [last] = await listRuns(home, 1);
      documents = last?.report.documents.written ?? 0;
      // The first fills what is kept in memory.
      if (n > 0) times.push(performance.now() - started);
    }
    return { times, documents };
  };
  const make = async (many: PartnerInput[]) => {
    for (const one of many) {
      const made = await createPartner(home, one, 'bench');
      if (!made.ok) throw new Error(made.refusal.message);
    }
    await work([]);
  };
  const removeAll = async (many: PartnerInput[]) => {
    for (const { id } of many) await removePartner(home, id, 'bench');
    await work([]);
  };

  await work();
  const none = await changes();
  const [one] = own(1);
  if (!one) throw new Error('there is one');
  await make([one]);
  const single = await changes();
  await make(own(PARTNERS).slice(1));
  const many = await changes();
  await removeAll(own(PARTNERS));
  const alike = everything(PARTNERS);
  await make(alike);
  const all = await changes();
  await home.close();
  rmSync(folder, { recursive: true, force: true });

  const about = `one of ${count} articles changed`;
  return [
    figure(`${about}, no partner: ${none.documents} documents`, 'ms', none.times),
    figure(`${about}, 1 partner: ${single.documents} documents`, 'ms', single.times),
    figure(`${about}, ${PARTNERS} partners with filters of their own: ${many.documents} documents`, 'ms', many.times, {
      beside: single.times,
      target: { atMost: 20 },
    }),
    figure(`${about}, ${PARTNERS} partners who all have it: ${all.documents} documents`, 'ms', all.times, {
      beside: single.times,
    }),
  ] satisfies Figure[];
};

/** Partners with a filter each: the changed article is for the first, and for about every tenth of the others. */
function own(count: number): PartnerInput[] {
  return Array.from({ length: count }, (_, n) => ({
    id: `partner-${n}`,
    name: `Partner ${n}`,
    where: {
      category: [`Section ${n % 20}`, `Section ${(n * 7) % 20}`],
      ...(n % 3 === 0
        ? {}
        : { tag: [`Topic ${n % 50}`, `Topic ${(n * 3) % 50}`, `Topic ${(n * 11) % 50}`, 'Topic 0'] }),
      not: { tag: `Topic ${(n % 49) + 1}` },
    },
    embargoSeconds: (n % 5) * 600,
  }));
}

/** Partners whose filters all take the changed article. */
function everything(count: number): PartnerInput[] {
  return Array.from({ length: count }, (_, n) => ({
    id: `partner-${n}`,
    name: `Partner ${n}`,
    where: { category: 'Section 0', not: { tag: `No topic ${n}` } },
  }));
}
