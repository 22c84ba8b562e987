import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type RpcValue, readAnswer, readCall, writeAnswer, writeCall } from '../../src/push/method-call.ts';

/** What XML can carry: line ends and characters that it forbids are another's business. */
const text = fc.string({ unit: fc.constantFrom(...'aé한😀 <>&"\'/') });
const values = fc.letrec<{ value: RpcValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(text, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

test('what is written is read as it was', () => {
  fc.assert(
    fc.property(fc.array(values, { maxLength: 4 }), (params) => {
      expect(readCall(writeCall({ method: 'a.b', params }))).toEqual({ method: 'a.b', params });
    }),
  );
  fc.assert(
    fc.property(values, text, (value, message) => {
      expect(readAnswer(writeAnswer({ ok: true, value }))).toEqual({ ok: true, value });
      const fault = { ok: false, code: 4, message } as const;
      expect(readAnswer(writeAnswer(fault))).toEqual(fault);
    }),
  );
});

test.each([
  ['a value without a type', '<value>a &amp; b</value>', 'a & b'],
  ['i4', '<value><i4>-7</i4></value>', -7],
  ['a double', '<value><double>2.5</double></value>', 2.5],
  ['CDATA', '<value><string><![CDATA[<b>]]></string></value>', '<b>'],
  ['a date as it comes', '<value><dateTime.iso8601>20261103T09:00:00</dateTime.iso8601></value>', '20261103T09:00:00'],
])('reads %s', (_, value, expected) => {
  const call = `<?xml version="1.0"?>\n<methodCall><methodName> m </methodName><params><param>${value}</param></params></methodCall>`;
  expect(readCall(call)).toEqual({ method: 'm', params: [expected] });
});

test('what is no call is none, and no entity is expanded', () => {
  const deep = `${'<value><array><data>'.repeat(50)}${'</data></array></value>'.repeat(50)}`;
  for (const text of [
    '',
    'hello',
    '<methodCall/>',
    '<methodResponse><params/></methodResponse>',
    '<methodCall><methodName>m</methodName>',
    `<methodCall><methodName>m</methodName><params><param>${deep}</param></params></methodCall>`,
    '<!DOCTYPE a [<!ENTITY b "bbbb">]><methodCall><methodName>m</methodName><params><param><value>&b;</value></param></params></methodCall>',
  ])
    expect(readCall(text)).toBeNull();
});
