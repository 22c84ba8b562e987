import { expect, test } from 'vitest';
import { tidings } from '../cli/tidings.ts';
import { article, isEdge, start, TOKEN } from './process.ts';

test('the doctor finds nothing wrong, as a reader and as a subscriber', async () => {
  // Long enough that it is worth a coding.
  const files = { 'one.md': article('One', {}, 'The ferry leaves at nine. '.repeat(60)) };
  const server = await start({ files, config: "{ site: { title: 'Well', description: 'All is well' } }" });
  try {
    const { status, out, err } = await tidings(['doctor', server.url, '--json'], {
      cwd: server.folder,
      env: { TIDINGS_ADMIN_TOKEN: TOKEN, TIDINGS_DATA: `${server.folder}/data` },
    });
    const { ok, findings } = JSON.parse(out) as {
      ok: boolean;
      findings: { step: string; state: string; detail: string }[];
    };
    const remarks = findings.flatMap(({ step, state, detail }) => (state === 'ok' ? [] : [`${step}: ${detail}`]));
    expect(remarks, err).toEqual([
      // At Cloudflare its network says so; workerd by itself does not.
      ...(isEdge ? ['clock: It sends no Date.'] : []),
      'certificate: It is not reached by https; many readers and hubs ask for that.',
    ]);
    expect([ok, status]).toEqual([true, 0]);
    const steps = findings.map(({ step }) => step);
    for (const step of ['valid', 'asking again', 'coding', 'clock', 'document', 'redelivery', 'unsubscribe'])
      expect(steps).toContain(step);
  } finally {
    await server.end();
  }
}, 180_000);
