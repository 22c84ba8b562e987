import type { Correction } from './article.ts';
import { isoOf, parseDate } from './dates.ts';
import { flagOf, innerText, type Lookup, textOf } from './fields.ts';
import type { Value } from './front-matter.ts';
import { KEYS } from './keys.ts';
import { plainText } from './text.ts';

/**
 * What front matter says of mistakes that were mended: a text, `{ note, date }`, or a list of either. The newest first;
 * those without a date keep their place before the others.
 *
 * @param zone of dates without one
 */
export function correctionsOf(ask: Lookup, zone: string): Correction[] {
  const found = ask.first(KEYS.corrections);
  if (!found) return [];
  const values = Array.isArray(found.value) ? found.value : [found.value];
  return values
    .flatMap((value) => correctionFrom(value, zone))
    .sort((a, b) => (a.date === b.date ? 0 : (a.date ?? '~') > (b.date ?? '~') ? -1 : 1));
}

function correctionFrom(value: Value, zone: string): Correction[] {
  const fields = value instanceof Map ? value : null;
  const text = fields ? innerText(fields, 'note', 'text', 'message', 'description', 'correction') : textOf(value);
  const note = plainText(text ?? '');
  // `correction: true` says nothing that could be shown.
  if (note === '' || flagOf(note) !== null) return [];
  const instant = fields ? parseDate(innerText(fields, 'date', 'at', 'on') ?? '', zone) : null;
  return [{ note, date: instant === null ? null : isoOf(instant) }];
}
