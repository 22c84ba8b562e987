import type { Home } from '../home.ts';
import { readSetting } from '../storage/settings.ts';

const SETTING = 'first-host';

const known = new WeakMap<Home, string>();

/**
 * The host in whose name ids are made: the first that the publisher's site had. It stays when the site moves to another
 * domain, so that no reader shows a feed or an entry twice. A host that only this machine knows is not kept.
 */
export async function firstHost(home: Home): Promise<string> {
  const kept = known.get(home) ?? (await readSetting(home, SETTING));
  const host = kept ?? new URL(home.config.site.url).hostname;
  if (kept === null && !isLocal(host))
    await home.db
      .prepare('INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING')
      .bind(SETTING, host)
      .run();
  known.set(home, host);
  return host;
}

function isLocal(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host.startsWith('[') || /^[\d.]+$/.test(host);
}
