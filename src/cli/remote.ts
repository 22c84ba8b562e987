import { readToken } from '../node/environment.ts';
import { ask, type Remote, RemoteError } from '../node/remote.ts';
import type { RunReport } from '../storage/runs.ts';
import { UsageError } from './command.ts';

const ASK_AGAIN_MS = 2_000;
/** A run that is not seen to end by then goes on without being watched. */
const PATIENCE_MS = 3_600_000;

/**
 * The report of a run that was asked for: what the server answered, or where that was only its address, what stands there
 * once it has ended.
 */
export async function awaitRun(remote: Remote, answer: string): Promise<RunReport> {
  let report = JSON.parse(answer) as RunReport & { href?: string; state?: string };
  if (report.href === undefined) return report;
  const path = `/api/runs/${report.id}`;
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end) {
    await new Promise((done) => setTimeout(done, ASK_AGAIN_MS));
    report = JSON.parse((await ask(remote, 'GET', path)).body) as RunReport & { state: string };
    if (report.state === 'done' || report.state === 'failed') return report;
  }
  throw new RemoteError(`The run has not ended after an hour; look at ${remote.url}${path}.`);
}

/**
 * A server elsewhere, with its admin token from TIDINGS_ADMIN_TOKEN or the file that TIDINGS_ADMIN_TOKEN_FILE names; never
 * with the one that this machine's data folder has.
 */
export function remoteOf(url: string): Remote {
  const { TIDINGS_ADMIN_TOKEN: token, TIDINGS_ADMIN_TOKEN_FILE: file } = process.env;
  if (!token && !file)
    throw new UsageError(
      `Give the admin token of ${url} in TIDINGS_ADMIN_TOKEN, or in a file that TIDINGS_ADMIN_TOKEN_FILE names.`,
    );
  return { url, token: (token || readToken(file ?? '')).trim() };
}
