import type { Home } from '../home.ts';
import { forgetSisters } from '../hub/sister-documents.ts';
import { purgeExpired } from '../hub/subscriptions.ts';
import { forgetFragments } from '../partners/fragments.ts';
import { trimRecord } from '../partners/record.ts';
import { forgetFetches } from '../storage/fetches.ts';
import { forgetRates } from '../storage/rates.ts';
import { forgetHosts } from './hosts.ts';
import { trimLog } from './log.ts';

/**
 * Removes what has had its time: subscriptions whose lease ended, old lines of the log, old failures and counts,
 * sister sites' documents, what was made by rules that no partner has, old lines of partners' record. For each tick.
 */
export async function tidy(home: Home): Promise<void> {
  await purgeExpired(home);
  await trimLog(home);
  await forgetHosts(home);
  await forgetSisters(home);
  await forgetRates(home.db, home.now());
  await forgetFragments(home);
  await forgetFetches(home, home.config.hub.logDays);
  await trimRecord(home);
}
