import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from '../src/home.ts';
import { republish } from '../src/republish.ts';
import { listRuns, requestRun } from '../src/storage/runs.ts';
import { countQueries } from './count-queries.ts';
import { benchHome, NEWEST } from './home.ts';

const CHANGES = 15;

// A process of its own, over what bench/cold.ts has made: changes the newest article, which stands in the documents of
// all its feeds, again and again. Prints of each change but the first: milliseconds until every document is committed and
// until it is compressed, queries of the whole, and documents.
const [data = '', content = ''] = process.argv.slice(2);
const home = benchHome(data, content);
const counted = countQueries(home.db);
let committed = 0;
const bench: Home = {
  ...home,
  db: counted.db,
  // Nothing is compressed before all is committed.
  compress: (coding, bytes) => {
    committed ||= performance.now();
    return home.compress(coding, bytes);
  },
};
const changes: { ms: number; compressed: number; queries: number; documents: number }[] = [];
for (let change = 0; change <= CHANGES; change++) {
  appendFileSync(join(content, NEWEST), `\nThis is change ${process.pid}-${change}.\n`);
  const before = counted.queries();
  committed = 0;
  const started = performance.now();
  // What the watcher does when a file has settled.
  await requestRun(bench, { trigger: 'watch', paths: [NEWEST] });
  await republish(bench);
  const compressed = performance.now() - started;
  const queries = counted.queries() - before;
  const [run] = await listRuns(home, 1);
  if (change > 0)
    changes.push({ ms: committed - started, compressed, queries, documents: run?.report.documents.written ?? 0 });
}
await home.close();
console.log(JSON.stringify(changes));
