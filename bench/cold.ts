import { republish } from '../src/republish.ts';
import { listRuns, requestRun } from '../src/storage/runs.ts';
import { benchHome } from './home.ts';

// A process of its own: from an empty data folder to every document committed. Prints the run's report.
const [data = '', content = ''] = process.argv.slice(2);
const home = benchHome(data, content);
await requestRun(home, { trigger: 'start' });
await republish(home);
const [run] = await listRuns(home, 1);
await home.close();
console.log(JSON.stringify(run?.report));
