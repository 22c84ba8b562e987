import type { Home } from '../../home.ts';
import { isSister } from '../../hub/sisters.ts';
import { hubUrl, possibleAddresses, topicUrl } from '../../hub/topics.ts';
import type { Body } from '../documents.ts';
import { signature } from '../signature.ts';
import type { Attempt, Target } from './channel.ts';
import { post } from './post.ts';

/**
 * Content distribution (WebSub 7): the document by POST, with its own Content-Type, its hub and topic as links, signed
 * when the subscriber gave a secret. Only 2xx is success, a redirect is a failure, 410 ends the subscription.
 */
export async function websub(home: Home, target: Target, body: Body, timeoutMs: number): Promise<Attempt> {
  const { callback, secret, asked_topic: asked } = target;
  const link = isOwn(home, body.topic, asked) ? ownLinks(home, body) : links(home, asked);
  const { contentType, bytes } = body;
  const headers: Record<string, string> =
    secret === null
      ? { 'content-type': contentType, link }
      : { 'content-type': contentType, link, 'x-hub-signature': signature(home, { callback, secret }, bytes) };
  // The status says it all: a subscriber that trickles a body after it has the document.
  const request = { url: callback, headers, body: bytes, maxBytes: 0 };
  return (await post(home, request, timeoutMs)).attempt;
}

const known = new WeakMap<Body, string>();

/** What nearly all deliveries of a body say. */
function ownLinks(home: Home, body: Body): string {
  const link = known.get(body) ?? links(home, topicUrl(home, body.topic));
  known.set(body, link);
  return link;
}

const links = (home: Home, topic: string) => `<${hubUrl(home)}>; rel="hub", <${topic}>; rel="self"`;

/** Whether a topic was asked for at this server's present address; else it is named as its subscriber knows it. */
function isOwn(home: Home, topic: string, asked: string): boolean {
  return isSister(topic) || asked.startsWith(`${home.url}/`) || possibleAddresses(home, asked).length > 0;
}
