import { shown } from './finding.ts';

/** What is wrong with a value, and what it should be; null when nothing is. */
export interface Fault {
  severity: 'error' | 'warning';
  code: string;
  message: string;
  mend?: string;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const RFC822 =
  /^(?:([A-Z][a-z]{2}),\s+)?(\d{1,2})\s+([A-Z][a-z]{2})\s+(\d{2}|\d{4})\s+(\d\d):(\d\d)(?::(\d\d))?\s+([+-]\d{4}|[A-Z]{1,5})$/;
const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;
/** Letters that RFC 822 gives a meaning. */
const ZONES = /^(?:UT|GMT|Z|[ECMP][SD]T)$/;
/** Milliseconds that a clock may be ahead. */
const AHEAD_MS = 86_400_000;

const error = (code: string, message: string, mend?: string): Fault => fault('error', code, message, mend);
const warning = (code: string, message: string, mend?: string): Fault => fault('warning', code, message, mend);
const fault = (severity: Fault['severity'], code: string, message: string, mend?: string): Fault =>
  mend === undefined ? { severity, code, message } : { severity, code, message, mend };

/** A date of RSS (RFC 822 with years of four digits). */
export function rssDate(text: string, now: number): Fault | null {
  const wanted = mendedDate(text, (date) => date.toUTCString());
  const found = RFC822.exec(text);
  if (!found) return error('date-invalid', `${shown(text)} is no date as RSS has them.`, wanted);
  const [, weekday, day, month, year = '', hour, minute, , zone = ''] = found;
  const ms = Date.parse(text);
  if (!/^[+-]/.test(zone) && !ZONES.test(zone))
    return error(
      'date-zone',
      `The zone ${zone} means nothing, or several things.`,
      `${text.slice(0, -zone.length)}+0000`,
    );
  if (Number.isNaN(ms) || Number(hour) > 23 || Number(minute) > 59)
    return error('date-invalid', `${shown(text)} is a day or a time that there is not.`, wanted);
  const local = new Date(`${day} ${month} ${year} 00:00:00 GMT`);
  const right = DAYS[local.getUTCDay()] ?? '';
  if (weekday !== undefined && weekday !== right)
    return error('date-weekday', `That day is a ${right}, not a ${weekday}.`, text.replace(weekday, right));
  if (year.length === 2) return warning('date-year', 'The year has two digits.', wanted);
  return implausible(ms, text, now);
}

/** A date of Atom and JSON Feed (RFC 3339). */
export function isoDate(text: string, now: number): Fault | null {
  const wanted = mendedDate(text, (date) => date.toISOString().replace('.000', ''));
  const found = RFC3339.exec(text);
  const ms = Date.parse(text);
  if (!found || Number.isNaN(ms))
    return error('date-invalid', `${shown(text)} is no date as RFC 3339 has them.`, wanted);
  const [year, month, day] = found.slice(1, 4).map(Number);
  if ((day ?? 0) > new Date(Date.UTC(year ?? 0, month ?? 0, 0)).getUTCDate())
    return error('date-invalid', `${shown(text)} is a day that there is not.`);
  return implausible(ms, text, now);
}

function implausible(ms: number, text: string, now: number): Fault | null {
  if (ms > now + AHEAD_MS) return warning('date-implausible', `${shown(text)} has not come yet.`);
  return ms < 0 ? warning('date-implausible', `${shown(text)} is before 1970.`) : null;
}

function mendedDate(text: string, written: (date: Date) => string): string | undefined {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : written(new Date(ms));
}

/** An address of the web, whole. */
export function webAddress(text: string): Fault | null {
  if (text === '') return error('address-empty', 'The address is empty.');
  if (text !== text.trim()) return error('address-space', `${shown(text)} has white space around it.`, text.trim());
  if (/[\s<>"{}|\\^`]/.test(text))
    return error('address-invalid', `${shown(text)} has signs that must be escaped.`, escaped(text));
  if (!/^[a-z][a-z0-9+.-]*:/i.test(text))
    return error('address-relative', `${shown(text)} is no whole address.`, `https://…/${text.replace(/^\/+/, '')}`);
  if (!/^https?:\/\//i.test(text))
    return /^(?:mailto|ftp|news|urn|tag|magnet|data):/i.test(text)
      ? null
      : warning('address-scheme', `${shown(text)} has a scheme that few readers follow.`);
  return URL.canParse(text) ? null : error('address-invalid', `${shown(text)} is no address.`);
}

function escaped(text: string): string | undefined {
  return URL.canParse(text) ? new URL(text).href : undefined;
}

/** An id that is an IRI (RFC 4287, 4.2.6). */
export function iri(text: string): Fault | null {
  if (!/^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]+$/i.test(text))
    return error(
      'id-invalid',
      `The id ${shown(text)} is no IRI.`,
      'an address, or tag:your-site.example,2026-01-31:/path',
    );
  if (/^tag:/i.test(text) && !/^tag:[^,:\s]+,\d{4}(?:-\d\d(?:-\d\d)?)?:\S*$/i.test(text))
    return error(
      'id-tag',
      `The id ${shown(text)} is no tag URI: a host or mail address, a comma, a date, a colon.`,
      'tag:your-site.example,2026-01-31:/path',
    );
  if (/^urn:uuid:/i.test(text) && !/^urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text))
    return error('id-uuid', `The id ${shown(text)} has no UUID.`);
  return null;
}

export function language(text: string): Fault | null {
  try {
    Intl.getCanonicalLocales(text);
    return null;
  } catch {
    return error(
      'language-invalid',
      `${shown(text)} is no language tag.`,
      text.includes('_') ? text.replaceAll('_', '-') : 'en, or pt-BR',
    );
  }
}

export function mediaType(text: string): Fault | null {
  if (/^[\w.+-]+\/[\w.+-]+(?:\s*;.*)?$/.test(text)) return null;
  return error('media-type', `${shown(text)} is no media type.`, 'audio/mpeg');
}

export function wholeNumber(text: string): Fault | null {
  return /^\d+$/.test(text) ? null : error('number-invalid', `${shown(text)} is no whole number.`);
}

export function mailAddress(text: string): Fault | null {
  return /^[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>()]+$/.test(text)
    ? null
    : error('mail-invalid', `${shown(text)} is no mail address.`);
}
