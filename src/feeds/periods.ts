import type { Day } from '../articles/dates.ts';
import { dayInstant } from '../articles/dates.ts';
import { localTime } from '../articles/time-zone.ts';

/** A month with more entries is archived by its days, a day with more in parts of so many. */
const MANY = 100;

const DAY_MS = 86_400_000;

/** What stands in a feed on one day of the site's zone. */
export interface DayOfFeed {
  /** `2024-03-05`. */
  day: string;
  entries: number;
  hash: string;
}

/** A stretch of a feed's history that is one archive. */
export interface Period {
  /** `2024-03`, `2024-03-05` or `2024-03-05.0001`; sorts the newest last. */
  period: string;
  entries: number;
  /** Of all that stands in its days. */
  hash: string;
}

/**
 * How days are put together to archives: a month is one; where a month has many entries each day is; where a day has
 * many it is cut into parts from its oldest entry on. It depends on what stands in the months and on nothing else, so
 * that a site that grew and one that was just built from the same articles have the same archives.
 *
 * @param days in order, each month whole
 */
export function periodsOf(days: DayOfFeed[]): Period[] {
  const months = Map.groupBy(days, ({ day }) => day.slice(0, 7));
  return [...months].flatMap(([month, own]) => {
    const entries = own.reduce((sum, day) => sum + day.entries, 0);
    if (entries <= MANY)
      return [{ period: month, entries, hash: own.map((day) => `${day.day} ${day.hash}`).join('\n') }];
    return own.flatMap(partsOf);
  });
}

function partsOf({ day, entries, hash }: DayOfFeed): Period[] {
  if (entries <= MANY) return [{ period: day, entries, hash }];
  return Array.from({ length: Math.ceil(entries / MANY) }, (_, at) => ({
    period: `${day}.${String(at + 1).padStart(4, '0')}`,
    entries: Math.min(MANY, entries - at * MANY),
    hash,
  }));
}

/** Sorts after every period of a day and of its month, and before those of the next; so for a month, and a part of a day. */
export function endOf(period: string): string {
  return `${period}.~`;
}

/** The entries of a period that is a part of a day, as places among the day's entries, the oldest first; null for all. */
export function partOf(period: string): { from: number; to: number } | null {
  const part = Number(period.split('.')[1] ?? 0);
  return part === 0 ? null : { from: (part - 1) * MANY, to: part * MANY };
}

/** The day of the site's zone on which an instant is; ISO 8601. */
export function dayOf(instant: string, zone: string): string {
  const { year, month, day } = localTime(zone, Date.parse(instant));
  return textOf({ year, month, day });
}

/** The days of a zone that a day of UTC has a part of. */
export function localDays(utcDay: string, zone: string): string[] {
  const start = Date.parse(`${utcDay}T00:00:00.000Z`);
  if (Number.isNaN(start)) return [];
  const instants = [start, start + DAY_MS / 2, start + DAY_MS - 1];
  return [...new Set(instants.map((instant) => dayOf(new Date(instant).toISOString(), zone)))];
}

/** Where a day of a zone begins and where the next one does; ISO 8601. */
export function boundsOf(day: string, zone: string): { start: string; end: string } {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  const next = new Date(Date.parse(`${day}T00:00:00.000Z`) + DAY_MS);
  return {
    start: instantText({ year, month, day: date }, zone),
    end: instantText({ year: next.getUTCFullYear(), month: next.getUTCMonth() + 1, day: next.getUTCDate() }, zone),
  };
}

function instantText(day: Day, zone: string): string {
  const instant = dayInstant(day, zone);
  return new Date(instant ?? Date.UTC(day.year, day.month - 1, day.day)).toISOString();
}

function textOf({ year, month, day }: Day): string {
  return [String(year).padStart(4, '0'), String(month).padStart(2, '0'), String(day).padStart(2, '0')].join('-');
}
