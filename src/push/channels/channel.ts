import type { Home } from '../../home.ts';
import type { Body } from '../documents.ts';

/** Whom an attempt is made for. */
export interface Target {
  id: number;
  channel: string;
  callback: string;
  origin: string;
  secret: string | null;
  /** Epoch milliseconds. */
  lease_until: number;
}

/** What came of one try. `hung` had no answer in time; `gone` wants nothing any more. */
export interface Attempt {
  outcome: 'delivered' | 'failed' | 'hung' | 'gone';
  status: number | null;
  /** Why there was no answer; null when there was one. */
  error: string | null;
  /** Milliseconds that it took. */
  ms: number;
  /** What the receiver asked to wait, in milliseconds. */
  retryAfterMs: number | null;
}

/** One way of telling. It never throws for what the receiver or the network does. */
export type Channel = (home: Home, target: Target, body: Body, timeoutMs: number) => Promise<Attempt>;
