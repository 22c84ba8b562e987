import type { Home } from '../../home.ts';
import type { Statement } from '../../storage/ports.ts';
import type { Body } from '../documents.ts';

/** Whom an attempt is made for. */
export interface Target {
  id: number;
  channel: string;
  /** The topic's address as the subscriber wrote it. */
  asked_topic: string;
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

/** One way of telling subscribers of a document. It never throws for what the receiver or the network does. */
export type Channel = (home: Home, target: Target, body: Body, timeoutMs: number) => Promise<Attempt>;

/** Somebody whom the configuration names, with what else it says. */
export interface Receiver {
  url: string;
}

/** What a receiver is to be told of. */
export interface Notice {
  /** An article's id, or a document's address. */
  subject: string;
  /** What happened since the receiver was last told. What is said is what is true at the attempt. `killed` goes first. */
  type: 'published' | 'updated' | 'withdrawn' | 'killed' | 'changed';
  /** With the subject it names what happened: a later notice of the same subject has a higher one. */
  seq: number;
  /** When it happened; ISO 8601. */
  at: string;
  /** Epoch milliseconds of the first event that the receiver has not been told of. */
  createdAt: number;
}

/** What came of notices that a channel was given. */
export interface Outcome {
  /** Null when there was nothing to say; then they are done. */
  attempt: Attempt | null;
  /** Those whose time has not come: each is tried again by itself, after a while. */
  later?: Notice[];
  /** Those that may not be told before an instant, epoch milliseconds: that is no failure of theirs. */
  waits?: { notice: Notice; until: number }[];
  /** Those that there was no room for: they come next. */
  rest?: Notice[];
  /** Statements to commit with it. */
  facts?: Statement[];
}

/** One way of telling those whom the configuration or the database names. Nothing in it throws for what a receiver or the network does. */
export interface Announcer {
  /** What they are told of. */
  about: 'articles' | 'documents';
  /** Which documents; all of them when left out. */
  concerns?(address: string): boolean;
  /** Notices that one attempt may take. */
  atMost: number;
  /** Whom the configuration names. */
  receivers(home: Pick<Home, 'config'>): Receiver[];
  /** Where the database names them: the one of a key; null when it knows none. */
  find?(home: Home, key: string): Promise<Receiver | null>;
  /** One attempt. */
  announce(home: Home, to: { key: string; receiver: Receiver }, notices: Notice[], timeoutMs: number): Promise<Outcome>;
}
