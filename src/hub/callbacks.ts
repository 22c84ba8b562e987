import { checkTarget } from '../push/guard.ts';

/** Longest callback, in characters. */
const CALLBACK_LENGTH = 2_048;

/**
 * The sentence that says what is wrong with a callback; null when nothing is. A name is judged again when it is resolved.
 *
 * @param allowPrivate CIDRs that it may be in though private
 */
export function callbackProblem(callback: string, allowPrivate: string[]): string | null {
  if (callback === '') return 'hub.callback is missing: give the address that updates are sent to.';
  if (callback.length > CALLBACK_LENGTH)
    return `hub.callback is too long: ${CALLBACK_LENGTH} characters are the most that it may have.`;
  if (!/^https?:\/\//i.test(callback) || /[\s\p{Cc}]/u.test(callback) || !URL.canParse(callback))
    return 'hub.callback must be an absolute http or https address.';
  if (callback.includes('#')) return 'hub.callback must not have a fragment.';
  const target = checkTarget(callback, allowPrivate);
  return target.allowed ? null : `hub.callback ${target.reason}.`;
}

/** The callback with more fields at the end of its own query, which stays as it is byte for byte (WebSub 5.1.1). */
export function withQuery(callback: string, fields: Record<string, string>): string {
  const query = Object.entries(fields)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
  const joint = /[?&]$/.test(callback) ? '' : callback.includes('?') ? '&' : '?';
  return callback + joint + query;
}
