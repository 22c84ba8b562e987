import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { provenKey } from '../../src/partners/keys.ts';
import { partnerLog } from '../../src/partners/log.ts';
import { changePartner, createPartner, findPartner, listPartners, removePartner } from '../../src/partners/partners.ts';
import { secretsOf } from '../../src/partners/secrets.ts';
import { secretBytes } from '../../src/push/secret.ts';
import { makeHome, type TestHome } from '../home.ts';

let home: TestHome;
let now = Date.parse('2026-03-01T00:00:00Z');

beforeEach(() => {
  home = makeHome({ now: () => now });
});
afterEach(() => home.close());

const portal = { id: 'portal', name: 'The Portal' };

async function made(input: object = portal) {
  const result = await createPartner(home, input, 'test');
  if (!result.ok) throw new Error(result.refusal.message);
  return result;
}

test('a partner is made with a key and a secret that are shown once', async () => {
  const { partner, key, webhookSecret } = await made({ ...portal, where: { category: 'News', not: { tag: 'ad' } } });
  expect(partner).toMatchObject({ id: 'portal', version: 1, content: 'full', formats: ['rss', 'atom', 'json'] });
  expect(partner.where).toEqual({ category: 'News', not: { tag: 'ad' } });
  expect(secretBytes(webhookSecret)?.byteLength).toBe(32);
  expect((await secretsOf(home, 'portal')).map(({ secret }) => secret)).toEqual([webhookSecret]);
  const stored = JSON.stringify(await home.db.prepare('SELECT * FROM partner_keys').all());
  expect(stored).not.toContain(key.slice('tdp_'.length + 13));
  expect(await provenKey(home, 'portal', key)).toBe(partner.keys[0]?.id);
});

test('a key is right for its own partner alone', async () => {
  const { key } = await made();
  await made({ id: 'other', name: 'Other' });
  expect(await provenKey(home, 'other', key)).toBeNull();
  expect(await provenKey(home, 'nobody', key)).toBeNull();
  expect(await provenKey(home, 'portal', `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`)).toBeNull();
  expect(await provenKey(home, 'portal', '')).toBeNull();
});

describe('settings', () => {
  test.each([
    [{ id: 'A b', name: 'x' }, 'id', 'lower-case'],
    [{ id: 'a' }, 'name', ''],
    [{ ...portal, licens: 'free' }, 'licens', 'did you mean licence?'],
    [{ ...portal, where: { not: { tags: 'x' } } }, 'where.not.tags', 'did you mean tag?'],
    [{ ...portal, attribution: '<p>From us</p>' }, 'attribution', '{url}'],
    [{ ...portal, attribution: '<a href="{url}">{headline}</a>' }, 'attribution', '{title}'],
    [{ ...portal, windows: [{ from: '2026-02-30' }] }, 'windows.0.from', '2026-03-01'],
    [{ ...portal, windows: [{ from: '2026-03-02', until: '2026-03-01' }] }, 'windows.0', 'before it begins'],
    [{ ...portal, webhook: { url: 'ftp://x.example' } }, 'webhook.url', 'http'],
    ['text', null, ''],
  ])('%j is refused with the name of what is wrong', async (input, field, words) => {
    const result = await createPartner(home, input, 'test');
    expect(result).toMatchObject({ ok: false, refusal: { reason: 'invalid', field } });
    if (!result.ok) expect(result.refusal.message).toContain(words);
  });

  test('an id is given once', async () => {
    await made();
    expect(await createPartner(home, portal, 'test')).toMatchObject({ ok: false, refusal: { reason: 'exists' } });
  });
});

test('a change raises the version and is logged with who did it and what was before', async () => {
  await made({ ...portal, limit: 10 });
  now += 1000;
  const changed = await changePartner(home, 'portal', { limit: 5, content: 'excerpt' }, 'jane');
  expect(changed).toMatchObject({ ok: true, partner: { version: 2, limit: 5, content: 'excerpt' } });
  expect(await changePartner(home, 'portal', { content: null, limit: 5 }, 'joe')).toMatchObject({
    ok: true,
    partner: { version: 3, content: 'full' },
  });
  await changePartner(home, 'portal', { limit: 5 }, 'nobody');
  expect(await partnerLog(home, 'portal')).toMatchObject([
    { actor: 'joe', action: 'changed', version: 3, changes: { content: ['excerpt', null] } },
    {
      actor: 'jane',
      version: 2,
      at: new Date(now).toISOString(),
      changes: { limit: [10, 5], content: [null, 'excerpt'] },
    },
    { actor: 'test', action: 'created', version: 1 },
  ]);
});

test('what is wrong in a change leaves the partner as it was', async () => {
  await made();
  expect(await changePartner(home, 'portal', { limit: 0 }, 'jane')).toMatchObject({
    ok: false,
    refusal: { reason: 'invalid', field: 'limit' },
  });
  expect(await changePartner(home, 'portal', { id: 'x' }, 'jane')).toMatchObject({ refusal: { field: 'id' } });
  expect(await changePartner(home, 'gone', {}, 'jane')).toMatchObject({ refusal: { reason: 'missing' } });
  expect((await findPartner(home, 'portal'))?.version).toBe(1);
});

test('a removed partner has no key and no secret any more, and its log stays', async () => {
  const { key } = await made();
  await made({ id: 'other', name: 'Other' });
  expect(await removePartner(home, 'portal', 'jane')).toBe(true);
  expect(await removePartner(home, 'portal', 'jane')).toBe(false);
  expect(await provenKey(home, 'portal', key)).toBeNull();
  expect(await secretsOf(home, 'portal')).toEqual([]);
  expect((await listPartners(home)).map(({ id }) => id)).toEqual(['other']);
  expect((await partnerLog(home, 'portal')).map(({ action }) => action)).toEqual(['removed', 'created']);
});
