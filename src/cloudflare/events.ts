import type { Home } from '../home.ts';
import { republish } from '../republish.ts';
import { pathProblem } from '../storage/paths.ts';
import { requestRun } from '../storage/runs.ts';

/**
 * What R2 says of an object that was written or deleted, by whatever tool.
 *
 * @see https://developers.cloudflare.com/r2/buckets/event-notifications/#message-format
 */
interface BucketEvent {
  action: string;
  object: { key: string };
}

/** Whether a message is R2's and none of our own. */
export function isBucketEvent(body: unknown): body is BucketEvent {
  if (typeof body !== 'object' || body === null || !('action' in body) || !('object' in body)) return false;
  const { action, object } = body;
  return (
    typeof action === 'string' && typeof object === 'object' && object !== null && typeof keyOf(object) === 'string'
  );
}

const keyOf = (object: object) => ('key' in object ? object.key : undefined);

/**
 * Takes in what changed in the content bucket: one regeneration for a batch of events, told of their paths alone. Whether
 * there is such a file now is looked up then, so that events may come late, twice, and in any order.
 */
export async function takeBucketEvents(home: Home, messages: readonly Message<unknown>[]): Promise<void> {
  const paths = messages
    .flatMap(({ body }) => (isBucketEvent(body) ? body.object.key : []))
    .filter((key) => pathProblem(key) === null);
  if (paths.length > 0) await requestRun(home, { trigger: 'event', paths });
  for (const message of messages) message.ack();
  if (paths.length > 0) await republish(home);
}
