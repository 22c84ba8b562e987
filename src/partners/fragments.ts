import type { Home } from '../home.ts';
import { readSetting, writeSetting } from '../storage/settings.ts';
import { compiledPartners } from './compiled.ts';
import { REVISION } from './partners.ts';

/** The revision of partners after which fragments were last looked through. */
const LOOKED_THROUGH = 'partners-fragments';

/** Deletes fragments by rules that no partner has any more, when partners changed since it was last done. */
export async function forgetFragments(home: Home): Promise<void> {
  const revision = await readSetting(home, REVISION);
  if (revision === null || revision === (await readSetting(home, LOOKED_THROUGH))) return;
  const partners = await compiledPartners(home);
  const rules = [...new Set([...partners.values()].flatMap(({ text }) => text?.hash ?? []))];
  await home.db.batch([
    home.db
      .prepare(
        `DELETE FROM fragments WHERE variant LIKE '% %'
         AND substr(variant, instr(variant, ' ') + 1) NOT IN (SELECT value FROM json_each(?))`,
      )
      .bind(JSON.stringify(rules)),
    writeSetting(home, LOOKED_THROUGH, revision),
  ]);
}
