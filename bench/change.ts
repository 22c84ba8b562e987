import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { republish } from '../src/republish.ts';
import { listRuns, requestRun } from '../src/storage/runs.ts';
import { countQueries } from './count-queries.ts';
import { benchHome, NEWEST } from './home.ts';

const CHANGES = 15;

// A process of its own, over what bench/cold.ts has made: changes the newest article, which stands in the documents of
// all its feeds, again and again. Prints milliseconds, queries and documents of each change but the first.
const [data = '', content = ''] = process.argv.slice(2);
const home = benchHome(data, content);
const counted = countQueries(home.db);
const bench = { ...home, db: counted.db };
const changes: { ms: number; queries: number; documents: number }[] = [];
for (let change = 0; change <= CHANGES; change++) {
  appendFileSync(join(content, NEWEST), `\nThis is change ${process.pid}-${change}.\n`);
  const before = counted.queries();
  const started = performance.now();
  // What the watcher does when a file has settled.
  await requestRun(bench, { trigger: 'watch', paths: [NEWEST] });
  await republish(bench);
  const ms = performance.now() - started;
  const [run] = await listRuns(home, 1);
  if (change > 0)
    changes.push({ ms, queries: counted.queries() - before, documents: run?.report.documents.written ?? 0 });
}
await home.close();
console.log(JSON.stringify(changes));
