import { expect, test } from 'vitest';
import { chooseCoding } from '../../src/http/codings.ts';

const ALL = { br: { size: 100 }, zstd: { size: 110 }, gzip: { size: 120 } };

test.each([
  // No wish, and no coding in it (RFC 9110 section 12.5.3).
  [null, null],
  [undefined, null],
  ['', null],
  [' ', null],
  ['identity', null],
  // What is listed, the smallest among equals whatever the order.
  ['gzip', 'gzip'],
  ['br', 'br'],
  ['zstd', 'zstd'],
  ['x-gzip', 'gzip'],
  ['GZip', 'gzip'],
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip,deflate', 'gzip'],
  ['zstd, gzip', 'zstd'],
  // Weights.
  ['br;q=0.5, gzip;q=0.8', 'gzip'],
  ['br;q=0.8, gzip ; q=0.5', 'br'],
  ['gzip;q=1.0, br;q=0.001', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['gzip;q=0', null],
  ['gzip;q=0.5, identity', null],
  ['gzip;q=0.5, identity;q=0.1', 'gzip'],
  ['gzip;q=1, identity;q=1', 'gzip'],
  // Unknown ones alone leave the body as it is.
  ['deflate', null],
  ['sdch, compress;q=0.3', null],
  ['gzip;level=9', 'gzip'],
  [', ,gzip,', 'gzip'],
  // Everything else.
  ['*', 'br'],
  ['*;q=0.1', 'br'],
  ['br;q=0, *', 'zstd'],
  ['gzip, *;q=0', 'gzip'],
  ['identity, *;q=0', null],
  ['identity;q=0, *', 'br'],
  // Nothing that may be sent.
  ['*;q=0', 'none'],
  ['identity;q=0', 'none'],
  ['deflate, identity;q=0', 'none'],
  ['gzip;q=0, br;q=0, zstd;q=0, identity;q=0', 'none'],
])('%j takes %j', (header, coding) => {
  expect(chooseCoding(header, ALL)).toBe(coding);
});

test('only codings that there are', () => {
  expect(chooseCoding('br, gzip', { gzip: { size: 10 } })).toBe('gzip');
  expect(chooseCoding('br', { gzip: { size: 10 } })).toBeNull();
  expect(chooseCoding('br, identity;q=0', {})).toBe('none');
});

test('the smallest is taken among equals', () => {
  expect(chooseCoding('br, gzip', { br: { size: 30 }, gzip: { size: 20 } })).toBe('gzip');
});
