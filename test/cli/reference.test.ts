import { join } from 'node:path';
import { expect, it } from 'vitest';
import { allCommands } from '../../src/cli/commands.ts';
import { reference } from './reference.ts';

it('docs/command-line.md says what the commands say', async () => {
  await expect(reference(await allCommands())).toMatchFileSnapshot(
    join(import.meta.dirname, '../../docs/command-line.md'),
  );
});
