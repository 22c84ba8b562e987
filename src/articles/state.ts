import { flagOf, innerText, type Lookup, textOf } from './fields.ts';
import type { FileName } from './file-name.ts';

/** Words of a status that mean: not for the public. */
const UNPUBLISHED = new Set(
  'draft drafts private pending pendingreview inreview review trash trashed autodraft wip unpublished hidden skip inactive archived deleted'.split(
    ' ',
  ),
);

const DRAFT_FOLDER = /^_?drafts?$/i;

/** Why an article must not be published, as a sentence; null when it may be. */
export function withheldBecause(ask: Lookup, file: FileName): string | null {
  const draft = ask.first(['draft', 'isDraft', 'wip']);
  if (draft && flagOf(draft.value) !== false) return `${draft.key} says that it is a draft.`;
  for (const name of ['published', 'publish', 'isPublished', 'public', 'render', 'permalink', 'date']) {
    const found = ask.first([name]);
    if (found && flagOf(found.value) === false && textOf(found.value) !== '0')
      return `${found.key} says that it is not published.`;
  }
  for (const name of ['status', 'postStatus', 'state', 'pageStatus']) {
    const found = ask.first([name]);
    const word = textOf(found?.value)?.toLowerCase().replace(/[-_ ]/g, '');
    if (found && word && UNPUBLISHED.has(word)) return `${found.key} is ${textOf(found.value)}.`;
  }
  const visibility = ask.first(['visibility']);
  const seen = textOf(visibility?.value)?.toLowerCase();
  if (seen && !/^(public|visible|published|all|everyone)$/.test(seen)) return `its visibility is ${seen}.`;
  for (const name of ['private', 'headless', 'protected']) {
    const found = ask.first([name]);
    if (found && flagOf(found.value) === true) return `${found.key} says that it is not for everybody.`;
  }
  if (ask.first(['password'])) return 'it has a password.';
  const build = ask.first(['_build', 'build']);
  if (build?.value instanceof Map && /^(never|false)$/.test(innerText(build.value, 'render') ?? '')) {
    return `${build.key}.render says that it has no page.`;
  }
  const folder = file.folders.find((name) => DRAFT_FOLDER.test(name));
  return folder === undefined ? null : `it stands in the folder ${folder}.`;
}

/** False when the article asks to be in no feed, though it has a page. */
export function wantsFeeds(ask: Lookup): boolean {
  for (const name of ['feed', 'rss', 'inFeed', 'inFeeds', 'showInFeed', 'syndicate']) {
    const found = ask.first([name]);
    if (found && flagOf(found.value) === false) return false;
    if (found?.value instanceof Map && /^(true|yes)$/.test(innerText(found.value, 'exclude', 'excluded', 'hide') ?? ''))
      return false;
  }
  for (const name of [
    'unlisted',
    'hidden',
    'hide',
    'noFeed',
    'excludeFromFeed',
    'excludeFromRss',
    'eleventyExcludeFromCollections',
    'hiddenInRss',
  ]) {
    const found = ask.first([name]);
    if (found && flagOf(found.value) === true) return false;
  }
  return isInLists(ask);
}

/** False when the article has a page that search engines are not to be led to. */
export function wantsIndexing(ask: Lookup): boolean {
  for (const name of ['unlisted', 'hidden', 'hide', 'noindex']) {
    const found = ask.first([name]);
    if (found && flagOf(found.value) === true) return false;
  }
  const sitemap = ask.first(['sitemap'])?.value;
  if (flagOf(sitemap) === false) return false;
  if (sitemap instanceof Map && flagOf(innerText(sitemap, 'disable', 'ignore', 'exclude') ?? '') === true) return false;
  return !/\bnoindex\b/i.test(textOf(ask.first(['robots'])?.value) ?? '') && isInLists(ask);
}

/** Hugo's `_build: { list: never }` says otherwise. */
function isInLists(ask: Lookup): boolean {
  const build = ask.first(['_build', 'build']);
  return !(build?.value instanceof Map && /^(never|false)$/.test(innerText(build.value, 'list') ?? ''));
}

/** Whether feeds are to show no more of the article than its summary: `feed: excerpt`, Jekyll's `feed: { excerpt_only: true }`. */
export function wantsExcerpt(ask: Lookup): boolean {
  const value = ask.first(['feed'])?.value;
  if (value instanceof Map)
    return flagOf(innerText(value, 'excerptOnly') ?? '') === true || isExcerpt(innerText(value, 'content'));
  return isExcerpt(textOf(value ?? undefined));
}

function isExcerpt(text: string | null): boolean {
  return /^(?:excerpt|summary)$/i.test(text ?? '');
}
