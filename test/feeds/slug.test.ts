import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slugOf } from '../../src/feeds/slug.ts';

describe('slugOf', () => {
  it.each([
    ['경제', '경제'],
    ['Local News', 'local-news'],
    ['  Local   News!  ', 'local-news'],
    ['ÉCOLE', 'école'],
    ['E\u0301COLE', 'école'],
    ['\u1100\u1167\u11bc\u110c\u1166', '경제'],
    ['हिन्दी', 'हिन्दी'],
    ['العربية', 'العربية'],
    ['日本・東京', '日本-東京'],
    ['C++', 'c++'],
    ['C#', 'c#'],
    ['C', 'c'],
    ['node.js', 'node-js'],
    ['AC/DC', 'ac-dc'],
    ['100%', '100'],
    ['🚀', '🚀'],
    ['🚀 launch', 'launch'],
    ['..', ''],
    ['/', ''],
    ['   ', ''],
    ['\ud800', ''],
    ['a\u0000b', 'ab'],
  ])('%j becomes %j', (name, slug) => {
    expect(slugOf(name)).toBe(slug);
  });

  it('is its own slug and one segment of a path', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const slug = slugOf(name);
        expect(slugOf(slug)).toBe(slug);
        expect(slug).not.toMatch(/[/\\\s?]|^\.|^-|-$/);
        expect(slug.normalize('NFC')).toBe(slug);
      }),
    );
  });
});
