import { expect, test } from 'vitest';
import { entityTags, evaluateConditions } from '../../src/http/conditional.ts';

const ETAG = '"present"';
const MODIFIED = '2026-10-01T09:00:00.000Z';
const SAME = 'Thu, 01 Oct 2026 09:00:00 GMT';
const BEFORE = 'Thu, 01 Oct 2026 08:59:59 GMT';
const AFTER = 'Thu, 01 Oct 2026 09:00:01 GMT';

test.each<[Record<string, string>, number]>([
  [{}, 200],
  [{ 'if-none-match': ETAG }, 304],
  [{ 'if-none-match': `W/${ETAG}` }, 304],
  [{ 'if-none-match': `"other", W/"more" ,${ETAG}` }, 304],
  [{ 'if-none-match': '*' }, 304],
  [{ 'if-none-match': ' * ' }, 304],
  [{ 'if-none-match': '"other"' }, 200],
  [{ 'if-none-match': 'present' }, 200],
  [{ 'if-none-match': '' }, 200],
  [{ 'if-none-match': '"a, "present" b"' }, 304],
  [{ 'if-modified-since': SAME }, 304],
  [{ 'if-modified-since': AFTER }, 304],
  [{ 'if-modified-since': BEFORE }, 200],
  [{ 'if-modified-since': 'yesterday' }, 200],
  [{ 'if-modified-since': '2027' }, 200],
  // RFC 850 and asctime, which a recipient must understand (RFC 9110 section 5.6.7).
  [{ 'if-modified-since': 'Thursday, 01-Oct-26 09:00:00 GMT' }, 304],
  [{ 'if-modified-since': 'Thu Oct  1 09:00:00 2026' }, 304],
  [{ 'if-modified-since': 'Thu Oct  1 08:59:59 2026' }, 200],
  // The tag decides where both are given.
  [{ 'if-none-match': '"other"', 'if-modified-since': AFTER }, 200],
  [{ 'if-none-match': ETAG, 'if-modified-since': BEFORE }, 304],
  // Those who want a certain version or none.
  [{ 'if-match': ETAG }, 200],
  [{ 'if-match': '*' }, 200],
  [{ 'if-match': `W/${ETAG}` }, 412],
  [{ 'if-match': '"other"' }, 412],
  [{ 'if-match': ETAG, 'if-none-match': ETAG }, 304],
  [{ 'if-unmodified-since': BEFORE }, 412],
  [{ 'if-unmodified-since': SAME }, 200],
  [{ 'if-match': ETAG, 'if-unmodified-since': BEFORE }, 200],
])('%j gives %i', (headers, status) => {
  expect(evaluateConditions((name) => headers[name], ETAG, MODIFIED)).toBe(status);
});

test('a date without a zone means GMT, whatever the clock of the server', () => {
  const { TZ } = process.env;
  process.env.TZ = 'America/Anchorage';
  try {
    expect(new Date(MODIFIED).getHours()).toBe(1);
    const since = (date: string) => evaluateConditions((name) => ({ 'if-modified-since': date })[name], ETAG, MODIFIED);
    expect([since('Thu Oct  1 08:59:59 2026'), since('Thu Oct  1 09:00:00 2026')]).toEqual([200, 304]);
  } finally {
    if (TZ === undefined) delete process.env.TZ;
    else process.env.TZ = TZ;
  }
});

test('entity tags are read with what they may contain', () => {
  expect(entityTags('"a,b", W/"c", "", "d\\"')).toEqual([
    { opaque: '"a,b"', weak: false },
    { opaque: '"c"', weak: true },
    { opaque: '""', weak: false },
    { opaque: '"d\\"', weak: false },
  ]);
});
