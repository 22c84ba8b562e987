import type { Home } from '../home.ts';
import { deny } from '../hub/denial.ts';
import { fetchSister } from '../hub/sister-documents.ts';
import { verify } from '../hub/verification.ts';
import { fetchArchive } from '../repository/arrival.ts';
import { tellAlerts } from './alerts.ts';
import { announce } from './channels/telling.ts';
import { deliver } from './deliveries.ts';
import { fanOut } from './fanout.ts';
import type { Work } from './outbox.ts';
import { serveSlice } from './slices.ts';

/**
 * Does one piece of work and gives null when it is done, or when to go on with it, in epoch milliseconds; `ended` where the
 * batch that wrote what came of it has ended the work too. It may be run again after any step of it, and twice at a time
 * where a claim lapsed.
 */
export type Handler = (home: Home, work: Work) => Promise<number | null | 'ended'>;

/** Who does which type of the outbox's work. */
export const handlers: Record<string, Handler> = {
  verify,
  deny,
  fetch: fetchSister,
  fanout: fanOut,
  slice: serveSlice,
  deliver,
  alert: tellAlerts,
  announce,
  repository: fetchArchive,
};
