import type { Home } from '../home.ts';
import type { Statement } from '../storage/ports.ts';

/** What can be done to a partner. */
export type PartnerAction =
  | 'created'
  | 'changed'
  | 'removed'
  | 'key-added'
  | 'key-revoked'
  | 'secret-added'
  | 'secret-removed';

/** What a setting was and is; null for one that was not given. */
export type Changes = Record<string, [before: unknown, after: unknown]>;

/** A line of a partner's log. */
export interface PartnerLogLine {
  /** ISO 8601. */
  at: string;
  /** The door, and the name that was given there. */
  actor: string;
  action: PartnerAction;
  /** Of the settings from then on. */
  version: number;
  changes: Changes;
}

/** Lines of a log that are shown. */
const SHOWN = 500;

/** A statement for the batch that does it. */
export function logged(
  home: Home,
  partner: string,
  {
    actor,
    action,
    version,
    changes = {},
  }: Pick<PartnerLogLine, 'actor' | 'action' | 'version'> & { changes?: Changes },
): Statement {
  return home.db
    .prepare('INSERT INTO partner_log (partner, version, at, actor, action, changes) VALUES (?, ?, ?, ?, ?, ?)')
    .bind(partner, version, home.now(), actor, action, JSON.stringify(changes));
}

/** Which settings differ. */
export function changesBetween(before: object, after: object): Changes {
  const was = before as Record<string, unknown>;
  const is = after as Record<string, unknown>;
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return Object.fromEntries(
    names
      .filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]))
      .map((name) => [name, [was[name] ?? null, is[name] ?? null]]),
  );
}

/** What was done to a partner, the last first. Goes on when a partner of that id was removed and made again. */
export async function partnerLog(home: Home, partner: string): Promise<PartnerLogLine[]> {
  const rows = await home.db
    .prepare(
      `SELECT at, actor, action, version, changes FROM partner_log WHERE partner = ? ORDER BY seq DESC LIMIT ${SHOWN}`,
    )
    .bind(partner)
    .all<{ at: number; actor: string; action: PartnerAction; version: number; changes: string }>();
  return rows.map((row) => ({
    ...row,
    at: new Date(row.at).toISOString(),
    changes: JSON.parse(row.changes) as Changes,
  }));
}
