import * as v from 'valibot';
import { describe } from '../config/mistakes.ts';
import type { Home } from '../home.ts';
import { makeSecret } from '../push/secret.ts';
import type { Statement } from '../storage/ports.ts';
import { writeSetting } from '../storage/settings.ts';
import { feedKeyOf } from './addresses.ts';
import { type KeyView, keepKey, keysOf, makeKey } from './keys.ts';
import { changesBetween, logged } from './log.ts';
import { type Partner, type PartnerInput, partnerOf, partnerSchema } from './partner.ts';
import { recordWebhook } from './receiver.ts';
import { keepSecret } from './secrets.ts';
import { endSubscriptions } from './subscriptions.ts';

/** A partner as it is stored. Instants are epoch milliseconds. */
export interface StoredPartner extends Partner {
  version: number;
  createdAt: number;
  changedAt: number;
  /** Why its feeds could not be made; null when all is well. */
  error: string | null;
  /** Set when its settings cannot be read: what is shown of it are defaults, and its feeds stay as they are. */
  broken?: true;
}

/** A partner with what is known of its keys. */
export interface PartnerView extends StoredPartner {
  keys: KeyView[];
}

/** Why something was not done to a partner. */
export interface PartnerRefusal {
  reason: 'invalid' | 'exists' | 'missing' | 'conflict';
  /** The first setting that is wrong; null when it is none. */
  field: string | null;
  /** What to do about it. */
  message: string;
}

export type PartnerResult<T> = ({ ok: true } & T) | { ok: false; refusal: PartnerRefusal };

interface PartnerRow {
  id: string;
  settings: string;
  version: number;
  created_at: number;
  changed_at: number;
  error: string | null;
}

const COLUMNS = 'id, settings, version, created_at, changed_at, error';

/** The name of the setting that differs whenever a partner does: what is compiled of partners is kept by it. */
export const REVISION = 'partners';

/** Makes a partner with its first key and secret: the only time that the two are shown. */
export async function createPartner(
  home: Home,
  input: unknown,
  actor: string,
): Promise<PartnerResult<{ partner: PartnerView; key: string; webhookSecret: string }>> {
  const checked = check(input);
  if (!checked.ok) return checked;
  const { settings } = checked;
  if (await findPartner(home, settings.id))
    return refuse('exists', 'id', `There is a partner ${settings.id} already; choose another id, or change that one.`);
  const key = makeKey(home);
  const webhookSecret = makeSecret();
  const now = home.now();
  await home.db.batch([
    home.db
      .prepare(
        `INSERT INTO partners (id, settings, version, created_at, changed_at, selecting) VALUES (?, ?, 1, ?, ?, '')`,
      )
      .bind(settings.id, JSON.stringify(settings), now, now),
    keepKey(home, settings.id, key),
    keepSecret(home, settings.id, webhookSecret),
    ...recordWebhook(home, settings.id, settings.webhook ?? null),
    logged(home, settings.id, { actor, action: 'created', version: 1, changes: changesBetween({}, settings) }),
    revised(home),
  ]);
  const partner = await findPartner(home, settings.id);
  if (!partner) return missing(settings.id);
  return { ok: true, partner, key: key.key, webhookSecret };
}

/** One partner; null when there is none of this id. */
export async function findPartner(home: Home, id: string): Promise<PartnerView | null> {
  const row = await home.db
    .prepare(`SELECT ${COLUMNS} FROM partners WHERE id = ?`)
    .bind(id)
    .first<PartnerRow & { [column: string]: string | number | null }>();
  return row && { ...storedOf(home, row), keys: (await keysOf(home, [id])).get(id) ?? [] };
}

/** Partners in the order of their ids; all of them where no limit is given. */
export async function listPartners(
  home: Home,
  { after = '', limit = -1 }: { after?: string; limit?: number } = {},
): Promise<PartnerView[]> {
  const partners = await readPartners(home, after, limit);
  const keys = await keysOf(
    home,
    partners.map(({ id }) => id),
  );
  return partners.map((partner) => ({ ...partner, keys: keys.get(partner.id) ?? [] }));
}

/** Partners without their keys. */
export async function readPartners(home: Home, after = '', limit = -1): Promise<StoredPartner[]> {
  const rows = await home.db
    .prepare(`SELECT ${COLUMNS} FROM partners WHERE id > ? ORDER BY id LIMIT ?`)
    .bind(after, limit)
    .all<PartnerRow & { [column: string]: string | number | null }>();
  return rows.map((row) => storedOf(home, row));
}

/**
 * Changes some settings of a partner (RFC 7396: null gives a setting back its default). What was changed, when and by whom
 * is logged; nothing is when all of it was so already.
 */
export async function changePartner(
  home: Home,
  id: string,
  patch: unknown,
  actor: string,
): Promise<PartnerResult<{ partner: PartnerView }>> {
  const row = await home.db
    .prepare(`SELECT ${COLUMNS} FROM partners WHERE id = ?`)
    .bind(id)
    .first<PartnerRow & { [column: string]: string | number | null }>();
  if (!row) return missing(id);
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch))
    return refuse('invalid', null, 'Give the settings that are to change as an object.');
  const before = settingsOf(row) ?? { id, name: id };
  const given = patch as Record<string, unknown>;
  if (given.id !== undefined && given.id !== id)
    return refuse('invalid', 'id', 'The id stays: it stands in addresses. Make another partner instead.');
  const merged = Object.fromEntries(Object.entries({ ...before, ...given }).filter(([, value]) => value !== null));
  const checked = check(merged);
  if (!checked.ok) return checked;
  const changes = changesBetween(before, checked.settings);
  if (Object.keys(changes).length > 0) {
    const version = row.version + 1;
    const settings = JSON.stringify(checked.settings);
    const [written] = await home.db.batch([
      home.db
        .prepare(
          `UPDATE partners SET settings = ?, version = ?, changed_at = ?, selecting = '', error = NULL
           WHERE id = ? AND version = ? RETURNING id`,
        )
        .bind(settings, version, home.now(), id, row.version),
      ...(changes.webhook ? recordWebhook(home, id, checked.settings.webhook ?? null) : []),
      logged(home, id, { actor, action: 'changed', version, changes }),
      revised(home),
    ]);
    if (written?.results.length === 0)
      return refuse('conflict', null, 'Somebody else changed this partner meanwhile; look at it and try again.');
  }
  const partner = await findPartner(home, id);
  return partner ? { ok: true, partner } : missing(id);
}

/** Removes a partner with its keys and secrets; its log stays. False when there is none of this id. */
export async function removePartner(home: Home, id: string, actor: string): Promise<boolean> {
  const partner = await findPartner(home, id);
  if (!partner) return false;
  await home.db.batch([
    ...['partner_keys', 'partner_secrets', 'partner_schedule'].map((table) =>
      home.db.prepare(`DELETE FROM ${table} WHERE partner = ?`).bind(id),
    ),
    home.db.prepare('DELETE FROM partners WHERE id = ?').bind(id),
    // The next regeneration finds that its feed is of nobody, and removes it.
    home.db.prepare('UPDATE feeds SET wanted = wanted + 1 WHERE key = ?').bind(feedKeyOf(id)),
    ...recordWebhook(home, id, null),
    home.db.prepare('DELETE FROM recalls WHERE partner = ?').bind(id),
    logged(home, id, { actor, action: 'removed', version: partner.version }),
    revised(home),
  ]);
  const keys = partner.keys.map((key) => key.id);
  await endSubscriptions(home, keys, 'The publisher gives these articles to this partner no more.');
  return true;
}

function revised(home: Home): Statement {
  return writeSetting(home, REVISION, crypto.randomUUID());
}

function check(input: unknown): PartnerResult<{ settings: PartnerInput }> {
  const parsed = v.safeParse(partnerSchema, input);
  if (parsed.success) return { ok: true, settings: parsed.output as PartnerInput };
  const [first] = parsed.issues;
  const field = first.path?.map((item) => String(item.key)).join('.') ?? null;
  return refuse('invalid', field, parsed.issues.map((issue) => describe(issue, partnerSchema, 'partner')).join('\n'));
}

function storedOf(home: Home, row: PartnerRow): StoredPartner {
  const { version, created_at, changed_at, error } = row;
  const stored = { version, createdAt: created_at, changedAt: changed_at };
  const settings = settingsOf(row);
  if (settings !== null) return { ...partnerOf(settings, home.config), ...stored, error };
  const unread = 'Its settings cannot be read; change them, or remove the partner and make it again.';
  return { ...partnerOf({ id: row.id, name: row.id }, home.config), ...stored, error: unread, broken: true };
}

/** Settings as they were given; null where what is stored is none, so that one broken row stops no other partner. */
function settingsOf({ id, settings }: PartnerRow): PartnerInput | null {
  try {
    const checked = check(JSON.parse(settings));
    return checked.ok && checked.settings.id === id ? checked.settings : null;
  } catch {
    return null;
  }
}

export function refuse(reason: PartnerRefusal['reason'], field: string | null, message: string) {
  return { ok: false as const, refusal: { reason, field, message } };
}

export function missing(id: string) {
  return refuse('missing', null, `There is no partner ${JSON.stringify(id)}; GET /api/partners lists them.`);
}
