import type { Home } from '../home.ts';
import type { Statement } from '../storage/ports.ts';
import { readSetting, writeSetting } from '../storage/settings.ts';

const PRESENT = 'url';
const FORMER = 'former-urls';

/** Addresses that this server had before its present one, the last first. */
export async function formerUrls(home: Home): Promise<string[]> {
  const former = JSON.parse((await readSetting(home, FORMER)) ?? '[]') as string[];
  // Before the first regeneration at a new address, the old one still stands as the present one.
  const present = await readSetting(home, PRESENT);
  return [...new Set([...(present === null ? [] : [present]), ...former])].filter((url) => url !== home.url);
}

/** Statements that keep the address, and the one before where it is another. For the beginning of a regeneration. */
export async function noteUrl(home: Home): Promise<Statement[]> {
  if ((await readSetting(home, PRESENT)) === home.url) return [];
  return [writeSetting(home, FORMER, JSON.stringify(await formerUrls(home))), writeSetting(home, PRESENT, home.url)];
}
