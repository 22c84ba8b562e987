import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sections, withTables } from './reference.ts';

const PAGE = join(import.meta.dirname, '../../docs/configuration.md');

it('docs/configuration.md says what the schema says', async () => {
  const page = readFileSync(PAGE, 'utf8');
  expect(sections().filter((name) => !page.includes(`## \`${name}\`\n`))).toEqual([]);
  await expect(withTables(page)).toMatchFileSnapshot(PAGE);
});
