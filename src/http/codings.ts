import { CODINGS, type Coding } from '../storage/codings.ts';

/** What a client takes: a coding, null for the body as it is, or that it takes nothing there is. */
export type ChosenCoding = Coding | null | 'none';

/**
 * The coding for a request by its Accept-Encoding (RFC 9110 section 12.5.3): the highest q value decides, among equals
 * the smallest body. Without the header, or with an empty one, the body goes out as it is; so it does where nothing
 * that is listed can be had, unless `identity` or `*` has q=0.
 *
 * @param available the codings there are, with the bytes each has
 */
export function chooseCoding(
  header: string | null | undefined,
  available: Partial<Record<Coding, { size: number }>>,
): ChosenCoding {
  if (header === null || header === undefined || header.trim() === '') return null;
  const wishes = wishesOf(header);
  const wildcard = wishes.get('*');
  const q = (coding: string) => wishes.get(coding) ?? wildcard ?? 0;
  const identity = wishes.get('identity') ?? (wildcard === 0 ? 0 : null);
  let best: Coding | null = null;
  for (const coding of CODINGS) {
    const size = available[coding]?.size;
    if (size === undefined || q(coding) === 0) continue;
    const rank = best === null ? 1 : q(coding) - q(best) || (available[best]?.size ?? 0) - size;
    if (rank > 0) best = coding;
  }
  if (best === null) return identity === 0 ? 'none' : null;
  // Named above all codings, the body as it is was asked for.
  return identity !== null && identity > q(best) ? null : best;
}

/** The q value of each coding in lower case; what is no weight counts as none (section 12.4.2). */
function wishesOf(header: string): Map<string, number> {
  const wishes = new Map<string, number>();
  for (const item of header.split(',')) {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim());
    if (name === '') continue;
    const weight = parameters.map((parameter) => /^q\s*=\s*(\d(?:\.\d{0,3})?)$/i.exec(parameter)?.[1]);
    const q = Number(weight.find((value) => value !== undefined) ?? 1);
    const coding = name.toLowerCase() === 'x-gzip' ? 'gzip' : name.toLowerCase();
    wishes.set(coding, Math.min(q, 1));
  }
  return wishes;
}
