import { describe, expect, test } from 'vitest';
import type { HmacMethod } from '../../src/config/schema.ts';
import type { Home } from '../../src/home.ts';

const text = (value: string) => new TextEncoder().encode(value);

/** The HMACs of "Hi There" by twenty bytes 0x0b: RFC 2202 section 3, RFC 4231 section 4.2. */
const HI_THERE: [HmacMethod, string][] = [
  ['sha1', 'b617318655057264e28bc0b6fb378c8ef146be00'],
  ['sha256', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
  ['sha384', 'afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6'],
  [
    'sha512',
    '87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854',
  ],
];

/** How every home signs. */
export function signingContract(make: () => Pick<Home, 'hmac' | 'hmacsAhead'>): void {
  describe('signing', () => {
    test.each(HI_THERE)('%s is that of its RFC', (method, expected) => {
      expect(make().hmac(method, '\v'.repeat(20), text('Hi There'))).toBe(expected);
    });

    test.each(HI_THERE)(
      '%s is the same where it was told ahead, at once, later and after that was over',
      async (method) => {
        const home = make();
        const secrets = Array.from({ length: 300 }, (_, n) => `비밀 ${n}`);
        const bytes = text('속보 '.repeat(3_000));
        const expected = secrets.map((secret) => home.hmac(method, secret, bytes));
        expect(new Set(expected).size).toBe(300);
        const given = () => secrets.map((secret) => home.hmac(method, secret, bytes));
        const overs = [home.hmacsAhead(method, secrets, bytes)];
        expect(given()).toEqual(expected);
        overs.push(home.hmacsAhead(method, [...secrets, ...secrets], bytes));
        await new Promise((later) => setTimeout(later, 200));
        expect(given()).toEqual(expected);
        expect(given()).toEqual(expected);
        for (const over of overs) over();
        expect(given()).toEqual(expected);
      },
    );

    test('what was told of one body, method or secret is not taken for another', async () => {
      const home = make();
      const secrets = Array.from({ length: 300 }, (_, n) => `secret ${n}`);
      const [one, other] = [text('one'.repeat(5_000)), text('two'.repeat(5_000))];
      const pairs = [one, other].flatMap((bytes) =>
        (['sha256', 'sha512'] as const).map((method) => ({ bytes, method })),
      );
      const all = () =>
        pairs.map(({ bytes, method }) => [...secrets, 'unheard of'].map((secret) => home.hmac(method, secret, bytes)));
      const expected = all();
      expect(new Set(expected.flat()).size).toBe(4 * 301);
      const overs = pairs.map(({ bytes, method }) => home.hmacsAhead(method, secrets, bytes));
      await new Promise((later) => setTimeout(later, 200));
      expect(all()).toEqual(expected);
      for (const over of overs) over();
      expect(all()).toEqual(expected);
    });
  });
}
