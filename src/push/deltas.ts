import { hasLost, newEntries, shortened } from '../feeds/delta.ts';
import type { Home } from '../home.ts';
import { type DocumentVersion, versionsOf } from '../storage/versions.ts';
import type { Body } from './documents.ts';

/** What decides how much of a document a subscriber is sent. */
export interface Reader {
  /** The version that it has; 0 for none. */
  delivered: number;
  /** What it asked for: 1 is new and changed entries alone, 0 the whole document, null what the publisher configured. */
  delta: number | null;
}

interface Made {
  versions: Promise<DocumentVersion[]>;
  /** By the version that the subscriber has. */
  bodies: Map<number, Promise<Body>>;
}

const made = new WeakMap<Body, Made>();

/**
 * What a subscriber is sent of a body: the document of its new and changed entries alone where that is wanted, else all
 * of it. All of it too when it is unsure what the subscriber has, when nothing or everything is new, and when an entry
 * was taken back that RSS or JSON Feed cannot name. Each is made once for all that have the same version.
 */
export function bodyFor(home: Home, body: Body, { delivered, delta }: Reader): Body | Promise<Body> {
  const isWanted = delta === null ? home.config.hub.delta : delta === 1;
  // A document that began anew counts otherwise than its fan-out: what was delivered is none of its versions.
  if (!isWanted || delivered === 0 || body.version !== body.documentVersion) return body;
  const of = made.get(body) ?? remembered(home, body);
  const known = of.bodies.get(delivered) ?? of.versions.then((versions) => since(body, versions, delivered));
  of.bodies.set(delivered, known);
  return known;
}

function remembered(home: Home, body: Body): Made {
  const of: Made = { versions: versionsOf(home, body.topic), bodies: new Map() };
  made.set(body, of);
  // The next attempt asks the database anew.
  of.versions.catch(() => made.delete(body));
  return of;
}

function since(body: Body, versions: DocumentVersion[], delivered: number): Body {
  const present = versions.find(({ version, tags }) => version === body.version && tags.includes(body.hash));
  const base = versions.find(({ version }) => version === delivered);
  if (!present || !base) return body;
  const fresh = newEntries(present, base);
  if (fresh.length === 0 || fresh.length === present.entries.length) return body;
  if (body.format !== 'atom' && hasLost(present, base)) return body;
  return { ...body, bytes: shortened(body.bytes, body.format, present.entries, fresh) };
}
