import type { Home } from '../home.ts';
import { type Coding, codeAtOnce } from '../storage/codings.ts';
import { type DocumentHead, documentBody, documentHead, isPrivate } from '../storage/documents.ts';
import { chooseCoding } from './codings.ts';
import { etagOf, evaluateConditions, type HeaderOf } from './conditional.ts';
import { deltaFor } from './delta.ts';
import { discoveryLinks, publicHeaders, vary } from './headers.ts';

/** What an answer depends on, besides the document. */
export interface DocumentRequest {
  method: string;
  header: HeaderOf;
}

/** An answer about a document. Its body is the document in a coding, a sentence, or nothing. */
export interface DocumentAnswer {
  status: 200 | 304 | 406 | 410 | 412;
  headers: Record<string, string>;
  body: { coding: Coding | null } | string | null;
}

/** The answer to a request for a document: a function of the two alone, and the same in both homes. */
export type AnswerFor = (head: DocumentHead, request: DocumentRequest) => DocumentAnswer;

/** Request headers by which one of several answers is chosen. */
const CHOSEN_BY = 'Accept-Encoding, A-IM';
const EXPOSED = 'ETag, Last-Modified, Link, IM, Delta-Base, Content-Encoding';
/** Spellings of Accept-Encoding that are remembered for a document. */
const KNOWN_WISHES = 32;
const SENTENCE = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-cache' };

/** Makes {@link AnswerFor} for a server. What it says of a document in a coding is put together once. */
export function documentAnswers({ config }: Pick<Home, 'config'>): AnswerFor {
  const always: Record<string, string> = {
    ...publicHeaders(config),
    'Access-Control-Expose-Headers': EXPOSED,
    Vary: CHOSEN_BY,
    ...(config.feeds.robots !== null && { 'X-Robots-Tag': config.feeds.robots }),
  };
  const known = new WeakMap<DocumentHead, Map<string, Prepared>>();

  /** The form of a document for a wish: put together once, since the same few wishes come again and again. */
  function formFor(head: DocumentHead, wish: string): Prepared | null {
    const forms = known.get(head) ?? new Map<string, Prepared>();
    if (forms.size === 0) known.set(head, forms);
    const kept = forms.get(wish);
    if (kept) return kept;
    const coding = chooseCoding(wish, head.codings);
    if (coding === 'none') return null;
    const form = prepare(head, coding);
    if (forms.size < KNOWN_WISHES) forms.set(wish, form);
    return form;
  }

  function prepare(head: DocumentHead, coding: Coding | null): Prepared {
    const coded = coding === null ? undefined : head.codings[coding];
    const etag = etagOf(coded?.blob ?? head.blob);
    const kept = {
      ETag: etag,
      'Last-Modified': new Date(head.last_modified).toUTCString(),
      // Asked for again each time, so that whoever was just told never gets an older version from a cache.
      'Cache-Control': head.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
      // Discovery for subscribers (WebSub section 4), and the address that aliases stand for.
      Link: discoveryLinks(isPrivate(head) ? { ...config, push: { ...config.push, hubs: [] } } : config, head.address),
      ...always,
    };
    const size = String(coded?.size ?? head.size);
    return {
      etag,
      kept,
      full: {
        'Content-Type': head.content_type,
        ...(coding !== null && { 'Content-Encoding': coding }),
        'Content-Length': size,
        ...kept,
      },
      body: { coding },
    };
  }

  function sentence(status: 406 | 410 | 412, { method }: DocumentRequest, text: string): DocumentAnswer {
    return { status, headers: { ...always, ...SENTENCE }, body: method === 'HEAD' ? null : text };
  }

  return (head, request) => {
    if (head.gone) return sentence(410, request, goneSentence(config.url));
    const form = formFor(head, request.header('accept-encoding') ?? '');
    if (!form) {
      const names = [...Object.keys(head.codings), 'identity'].join(', ');
      return sentence(406, request, `Accept-Encoding leaves nothing to send: there are ${names}.\n`);
    }
    const status = evaluateConditions(request.header, form.etag, head.last_modified);
    if (status === 304) return { status, headers: form.kept, body: null };
    if (status === 412) return sentence(412, request, `The present version is another one: ${form.etag}.\n`);
    return { status, headers: form.full, body: request.method === 'HEAD' ? null : form.body };
  };
}

interface Prepared {
  etag: string;
  /** Of every answer about this form of the document. */
  kept: Record<string, string>;
  /** Of an answer that has, or on HEAD would have, the body. */
  full: Record<string, string>;
  body: { coding: Coding | null };
}

/** Why there is nothing any more where a feed was. */
export const goneSentence = (url: string) =>
  `This feed is gone: it has no article any more. The feeds that there are: ${url}/\n`;

/**
 * Answers with the document at an address; null when there is none.
 *
 * @param also headers of the route that the document was asked for by, whether a partner's key was proved there, and who
 *   is to know that this version is with whoever asked
 */
export async function serveDocument(
  home: Home,
  answerFor: AnswerFor,
  raw: Request,
  address: string,
  also: { vary?: string; proven?: boolean; given?: (head: DocumentHead) => void } = {},
): Promise<Response | null> {
  const request: DocumentRequest = { method: raw.method, header: (name) => raw.headers.get(name) };
  // A head may be replaced and its old blob collected before the body is read; the second look finds the new one.
  for (let look = 0; look < 2; look++) {
    const head = await headToServe(home, request, address, also.proven ?? false);
    if (!head) return null;
    const answer = answerFor(head, request);
    const headers = { ...answer.headers };
    if (look === 0) home.fetches.note(address, answer.status, raw.headers.get('user-agent'));
    if (also.vary) headers.Vary = vary(also.vary, headers.Vary);
    if ((answer.status === 200 && request.method === 'GET') || answer.status === 304) also.given?.(head);
    if (answer.status === 200) {
      const delta = await deltaFor(home, head, request, headers);
      if (delta) return delta;
    }
    if (answer.body === null || typeof answer.body === 'string')
      return new Response(answer.body, { status: answer.status, headers });
    const bytes = await documentBody(home, head, answer.body.coding);
    if (bytes) return new Response(bytes as Uint8Array<ArrayBuffer>, { status: answer.status, headers });
    home.documentCache?.replaced([address]);
  }
  return null;
}

/** Whether a request wishes for a coding that is yet to be made of a document. */
export const wantsCoding = (head: DocumentHead, wish: string | null | undefined) => !head.coded && (wish ?? '') !== '';

/** The head of the document at an address that whoever asks may read; null when there is none. */
async function headToServe(
  home: Home,
  { header }: DocumentRequest,
  address: string,
  isProven: boolean,
): Promise<DocumentHead | null> {
  const head = await documentHead(home, address);
  if (!head || (isPrivate(head) && !isProven)) return null;
  if (!wantsCoding(head, header('accept-encoding'))) return head;
  try {
    await codeAtOnce(home, head);
  } catch (error) {
    // Who reads goes on reading where nothing can be written.
    home.log.warn('not compressed', { address, error: error instanceof Error ? error.message : String(error) });
    return head;
  }
  return documentHead(home, address);
}
