import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atomId, isIri, tagUri } from '../../src/feeds/identity.ts';

describe('isIri', () => {
  it.each([
    'https://example.org/a?b=c#d',
    'https://example.org/경제/',
    'http://example.org',
    'tag:example.org,2024-01-02:경제',
    'tag:editor@example.org,2024:a',
    'urn:uuid:6f9619ff-8b86-d011-b42d-00c04fc964ff',
    'urn:isbn:0451450523',
    'mailto:a@b.example',
  ])('%s is one', (id) => {
    expect(isIri(id)).toBe(true);
  });

  it.each([
    '',
    '42',
    'posts/a.md',
    '/2024/a/',
    'https://',
    'https:///a',
    'http:a',
    'https://example.org/a b',
    'https://example.org/100%',
    'https://example.org/<b>',
    'tag:example.org:a',
    'urn:x',
    'note: a',
    '[속보] a:b',
  ])('%s is none', (id) => {
    expect(isIri(id)).toBe(false);
  });
});

describe('atomId', () => {
  const host = 'example.org';

  it('keeps an IRI as it is', () => {
    expect(atomId('https://example.org/경제', host)).toBe('https://example.org/경제');
  });

  it('makes a tag of anything else, another for another id', () => {
    expect(atomId('42', host)).toBe('tag:example.org,2026:42');
    expect(atomId('posts/새 글.md', host)).toBe('tag:example.org,2026:posts/%EC%83%88%20%EA%B8%80.md');
    expect(atomId('a b', host)).not.toBe(atomId('a%20b', host));
  });

  it('gives an IRI for whatever a file names', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (id) => {
        expect(isIri(atomId(id, host))).toBe(true);
      }),
    );
  });

  it('names a host of another script as DNS does', () => {
    expect(tagUri(new URL('https://한국.example').host, 'feed')).toBe('tag:xn--3e0b707e.example,2026:feed');
  });

  it('does without a host that a tag can name', () => {
    expect(tagUri('[::1]', 'feed')).toBe('tag:1,2026:feed');
  });
});
