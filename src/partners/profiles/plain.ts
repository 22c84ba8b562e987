import type { Profile } from './profile.ts';

/** RSS 2.0, Atom 1.0 and JSON Feed 1.1 as every reader gets them; they ask nothing that an article could fail. */
export const plain: Profile = {
  name: 'plain',
  title: 'Plain',
  about: 'The three formats as every feed reader gets them. Nothing is added, nothing is checked.',
  sources: [],
  documents: ['rss', 'atom', 'json'],
  dialect: null,
  articleRules: [],
  feedRules: [],
  leftOut: [],
};
