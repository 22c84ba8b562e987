/** Calendar date and clock time, in no zone. Months from 1. */
export interface LocalTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  return format;
}

/** What clocks in the zone show at an instant (epoch milliseconds). */
export function localTime(zone: string, instant: number): LocalTime {
  return fieldsOf(instant + offsetAt(zone, instant));
}

/**
 * The instant (epoch milliseconds) at which clocks in the zone show a time. A time that occurs twice is the first of the
 * two, one that a change of clocks leaves out is as much later as the change: what Temporal calls `compatible`.
 */
export function instantOf(zone: string, local: LocalTime): number {
  const utc = utcOf(local);
  if (zone === 'UTC') return utc;
  const before = offsetAt(zone, utc - 86_400_000);
  const after = offsetAt(zone, utc + 86_400_000);
  const early = utc - before;
  if (before === after || offsetAt(zone, early) === before) return early;
  const late = utc - after;
  return offsetAt(zone, late) === after ? late : early;
}

const DAY_MS = 86_400_000;
/** Days that are remembered of a zone. */
const KEPT_DAYS = 20_000;

/** Offsets of zones by day; null for a day on which clocks change. Asking `Intl` costs more than all else about a date. */
const offsets = new Map<string, Map<number, number | null>>();

/** How far clocks in the zone are ahead of UTC at an instant, in milliseconds. */
function offsetAt(zone: string, instant: number): number {
  if (zone === 'UTC') return 0;
  let days = offsets.get(zone);
  if (!days) {
    days = new Map();
    offsets.set(zone, days);
  }
  const day = Math.floor(instant / DAY_MS);
  let offset = days.get(day);
  if (offset === undefined) {
    const first = askOffset(zone, day * DAY_MS);
    offset = first === askOffset(zone, (day + 1) * DAY_MS) ? first : null;
    if (days.size < KEPT_DAYS) days.set(day, offset);
  }
  return offset ?? askOffset(zone, instant);
}

function askOffset(zone: string, instant: number): number {
  const parts: Record<string, string> = {};
  for (const { type, value } of formatFor(zone).formatToParts(instant)) parts[type] = value;
  const year = Number(parts.year);
  const shown = utcOf({
    year: parts.era === 'BC' ? 1 - year : year,
    month: Number(parts.month),
    day: Number(parts.day),
    hour: Number(parts.hour),
    minute: Number(parts.minute),
    second: Number(parts.second),
    millisecond: ((instant % 1000) + 1000) % 1000,
  });
  return shown - instant;
}

/** The time read as UTC, in epoch milliseconds. */
export function utcOf(local: LocalTime): number {
  const date = new Date(0);
  date.setUTCFullYear(local.year, local.month - 1, local.day);
  date.setUTCHours(local.hour, local.minute, local.second, local.millisecond);
  return date.getTime();
}

function fieldsOf(instant: number): LocalTime {
  const date = new Date(instant);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millisecond: date.getUTCMilliseconds(),
  };
}

/**
 * Whether the zone is one that `Intl` knows. Its list of names, which lacks the old ones, is asked first: the first format of
 * a process costs eight times as much.
 */
export function isZone(zone: string): boolean {
  if (zone === 'UTC' || formats.has(zone) || Intl.supportedValuesOf('timeZone').includes(zone)) return true;
  try {
    formatFor(zone);
    return true;
  } catch {
    return false;
  }
}
