import { NEWS_LIMIT, NEWS_WINDOW_MS } from '../../feeds/news-sitemap.ts';
import type { Profile, Source } from './profile.ts';
import { entriesAtMost, linkPresent, titlePresent } from './rules.ts';

const SITEMAP: Source = {
  title: 'Create a News Sitemap',
  url: 'https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap',
};

const REQUIRED = 'News sitemap reference: required tags';

/** Made by `feeds/news-sitemap.ts`, as the site's own is. */
export const googleNews: Profile = {
  name: 'google-news',
  title: 'Google News (news sitemap)',
  about:
    'A news sitemap of what the partner may have of the last two days, beside its feeds, at `/partners/ID/news-sitemap.xml`. Older articles leave it by ' +
    'themselves, and are not checked.',
  sources: [SITEMAP],
  documents: ['news-sitemap'],
  dialect: null,
  takes: ({ entry }, now) => now - Date.parse(entry.published) <= NEWS_WINDOW_MS,
  articleRules: [
    titlePresent({ level: 'required', cited: { source: SITEMAP, section: REQUIRED } }),
    linkPresent({ level: 'required', cited: { source: SITEMAP, section: REQUIRED } }),
  ],
  feedRules: [
    {
      ...entriesAtMost(NEWS_LIMIT, { level: 'required', cited: { source: SITEMAP, section: REQUIRED } }),
      demand: `A news sitemap has at most ${NEWS_LIMIT} articles.`,
    },
    {
      code: 'publication-unnamed',
      level: 'required',
      demand: 'The publication has a name.',
      cited: { source: SITEMAP, section: REQUIRED },
      failure: ({ head }) =>
        head.title.trim() === ''
          ? { message: 'the publication has no name', mend: 'Set `site.title` in the configuration.' }
          : null,
    },
    {
      code: 'language-missing',
      level: 'required',
      demand: 'The publication names its language.',
      cited: { source: SITEMAP, section: REQUIRED },
      failure: ({ head, articles }) =>
        head.lang || articles.every(({ entry }) => entry.lang)
          ? null
          : { message: 'the publication names no language', mend: 'Set `site.language` in the configuration.' },
    },
  ],
  leftOut: ['Google’s content policies, which no program can check'],
};
