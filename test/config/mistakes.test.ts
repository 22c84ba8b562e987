import { expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/config.ts';

const URL = 'https://feeds.example';

it.each([
  [{ sitte: {} }, 'sitte: there is no such key; did you mean site?'],
  [{ site: { title: 1 } }, 'site.title: must be text, and is 1'],
  [{ site: { url: 'harbour.example/?key=secret' } }, 'site.url: must be an address such as https://harbour.example\n'],
  [{ site: { author: { name: 'A', email: 'a' } } }, 'must be an e-mail address'],
  [{ site: { podcast: {} } }, 'site.podcast.category: has to be there'],
  [{ ids: 'guid' }, 'ids: must be "tag", "permalink", "jekyll" or a function, and is "guid"'],
  [{ feeds: { limit: 1.5 } }, 'feeds.limit: must be a whole number, and is 1.5'],
  [{ feeds: { limit: 0 } }, 'feeds.limit: must be 1 at least'],
  [{ feeds: { content: 'some' } }, 'feeds.content: must be "full" or "excerpt", and is "some"'],
  [{ feeds: { defined: {} } }, 'feeds.defined: must be a list, and is an object'],
  [{ hub: { own: 'yes' } }, 'hub.own: must be true or false, and is "yes"'],
])('%j is refused in plain words', (input, words) => {
  expect(() => resolveConfig(input, URL)).toThrow(words);
});

it('an address that is refused is not shown, since it may have a key in it', () => {
  expect(() => resolveConfig({ alerts: { url: 'chat.example/secret' } }, URL)).toThrow(/^(?!.*secret)/);
});
