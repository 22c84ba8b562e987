import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('the guide shows what the script of its costs prints', () => {
  const docs = join(import.meta.dirname, '../../docs');
  const printed = execFileSync(process.execPath, [join(docs, 'cost.ts')], { encoding: 'utf8' });
  expect(readFileSync(join(docs, 'cloudflare.md'), 'utf8')).toContain(printed);
});
