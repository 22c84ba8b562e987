import { expect, it } from 'vitest';
import { utf8Bytes } from '../../src/storage/utf8.ts';

const encoder = new TextEncoder();

it.each(['', 'plain', '한국어', '😀', '\ud83d alone', 'alone \ude00'])(
  'counts the bytes of %j, however often it is repeated',
  (text) => {
    for (const times of [1, 2, 3_000, 10_922, 10_923, 50_001])
      for (const before of ['', 'a', 'ab']) {
        const long = before + text.repeat(times);
        expect(utf8Bytes(long)).toBe(encoder.encode(long).byteLength);
      }
  },
);
