import { instantOf, isZone, type LocalTime, utcOf } from './time-zone.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Zones of RFC 822, and those whose letters mean one thing only. Minutes east of UTC. */
const ZONES = new Map(
  Object.entries({
    z: 0,
    ut: 0,
    utc: 0,
    gmt: 0,
    est: -300,
    edt: -240,
    cst: -360,
    cdt: -300,
    mst: -420,
    mdt: -360,
    pst: -480,
    pdt: -420,
    cet: 60,
    cest: 120,
    eet: 120,
    eest: 180,
    msk: 180,
    jst: 540,
    kst: 540,
  }),
);

const WEEKDAY = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+/i;
const YEAR_FIRST = /^(\d{4})(?:[-/.]|년\s*|年\s*)\s*(\d{1,2})(?:[-/.]|월\s*|月\s*)\s*(\d{1,2})(?:\.|일|日)?(?!\d)/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})(?=$|T|\s)/i;
const DAY_NAME_YEAR = /^(\d{1,2})(?:st|nd|rd|th)?[\s-]+([a-z]{3,9})\.?,?[\s-]+(\d{4})(?!\d)/i;
const NAME_DAY_YEAR = /^([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)/i;
const CLOCK = /^(?:T|,|\s+at\b|\s)?\s*(\d{1,2})[:h](\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([ap]\.?m\.?(?![a-z]))?/i;
const COMPACT_CLOCK = /^T(\d{2})(\d{2})(\d{2})?(?:[.,](\d{1,9}))?(?=$|Z|[-+])/i;
const KOREAN_CLOCK = /^\s*(?:(오전|오후)\s*)?(\d{1,2})시(?:\s*(\d{1,2})분)?(?:\s*(\d{1,2})초)?/;
const OFFSET = /^(?:UTC|GMT)?\s*([-+−])(\d{1,2})(?::?(\d{2}))?(?::?\d{2})?(?!\d)/i;

/**
 * The instant (epoch milliseconds) that a text of front matter names; null when it names none. A text without a zone is
 * in `zone`. Nothing is rolled over: 30 February is no date. The order of day and month in 5/3/2024 is anyone's guess,
 * so that is no date either.
 */
export function parseDate(text: string, zone: string): number | null {
  const trimmed = text.trim();
  if (/^\d{10}$/.test(trimmed)) return Number(trimmed) * 1000;
  if (/^\d{13}$/.test(trimmed)) return Number(trimmed);
  const day = parseDay(trimmed.replace(WEEKDAY, ''));
  if (!day) return null;
  const clock = parseClock(day.rest);
  if (!clock) return null;
  const local: LocalTime = { ...day.date, ...clock.time };
  if (!exists(local)) return null;
  // Some write the year once more before the zone.
  const rest = clock.rest.trim().replace(new RegExp(`^${local.year}(?=\\s|$)\\s*`), '');
  if (rest === '') return instantOf(zone, local);
  const offset = OFFSET.exec(rest);
  if (offset) {
    const named = rest.slice(offset[0].length).trim();
    // java.time adds the zone's name: +09:00[Asia/Seoul].
    if (named !== '' && !/^[[(][^\])]*[\])]$/.test(named)) return null;
    const minutes = Number(offset[2]) * 60 + Number(offset[3] ?? 0);
    if (minutes > 18 * 60 || Number(offset[3] ?? 0) > 59) return null;
    return utcOf(local) - (offset[1] === '+' ? minutes : -minutes) * 60_000;
  }
  const letters = ZONES.get(rest.toLowerCase());
  if (letters !== undefined) return utcOf(local) - letters * 60_000;
  return /^[A-Za-z_]+\/[A-Za-z_/+-]+$/.test(rest) && isZone(rest) ? instantOf(rest, local) : null;
}

/** A date without a time. */
export type Day = Pick<LocalTime, 'year' | 'month' | 'day'>;

function parseDay(text: string): { date: Day; rest: string } | null {
  const numeric = YEAR_FIRST.exec(text) ?? COMPACT.exec(text);
  if (numeric) {
    const [all, year, month, day] = numeric;
    return { date: { year: Number(year), month: Number(month), day: Number(day) }, rest: text.slice(all.length) };
  }
  const named = DAY_NAME_YEAR.exec(text);
  if (named) return namedDay(named[2], named[1], named[3], text.slice(named[0].length));
  const american = NAME_DAY_YEAR.exec(text);
  if (american) return namedDay(american[1], american[2], american[3], text.slice(american[0].length));
  return null;
}

function namedDay(name = '', day = '', year = '', rest = ''): { date: Day; rest: string } | null {
  const month = MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1;
  return month === 0 ? null : { date: { year: Number(year), month, day: Number(day) }, rest };
}

type Clock = Omit<LocalTime, keyof Day>;

const MIDNIGHT: Clock = { hour: 0, minute: 0, second: 0, millisecond: 0 };

/** The clock time at the beginning; midnight when there is none. Null when there is one that no clock shows. */
function parseClock(text: string): { time: Clock; rest: string } | null {
  const compact = COMPACT_CLOCK.exec(text);
  const found = compact ?? CLOCK.exec(text);
  if (found) {
    const [all, hour, minute, second, fraction] = found;
    const half = compact ? undefined : found[5]?.[0]?.toLowerCase();
    const hours = half ? twelveHours(Number(hour), half === 'p') : Number(hour);
    if (hours === null) return null;
    const millisecond = Number((fraction ?? '').padEnd(3, '0').slice(0, 3));
    return {
      time: { hour: hours, minute: Number(minute), second: Number(second ?? 0), millisecond },
      rest: text.slice(all.length),
    };
  }
  const korean = KOREAN_CLOCK.exec(text);
  if (korean) {
    const hours = korean[1] ? twelveHours(Number(korean[2]), korean[1] === '오후') : Number(korean[2]);
    if (hours === null) return null;
    return {
      time: { hour: hours, minute: Number(korean[3] ?? 0), second: Number(korean[4] ?? 0), millisecond: 0 },
      rest: text.slice(korean[0].length),
    };
  }
  return { time: MIDNIGHT, rest: text };
}

function twelveHours(hour: number, afternoon: boolean): number | null {
  if (hour < 1 || hour > 12) return null;
  return (hour % 12) + (afternoon ? 12 : 0);
}

function exists({ year, month, day, hour, minute, second }: LocalTime): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return false;
  return day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}

/** A day that a file name or folder names. */
export function dayInstant(day: Day, zone: string): number | null {
  const local = { ...day, ...MIDNIGHT };
  return exists(local) ? instantOf(zone, local) : null;
}

/** ISO 8601 in UTC with milliseconds. */
export function isoOf(instant: number): string {
  return new Date(instant).toISOString();
}
