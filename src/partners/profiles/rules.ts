import { webAddress } from '../../feeds/labels.ts';
import { imageOf } from '../../feeds/media.ts';
import type { ArticleRule, Cited, Failure, FeedRule, Level, OfferedArticle } from './profile.ts';

/** Characters as people count them: code points. */
const lengthOf = (text: string) => [...text].length;

const DAY_MS = 86_400_000;

type Asked = { level: Level; cited: Cited };

/** A title of more than so many characters. */
export function titleLongerThan(characters: number, asked: Asked): ArticleRule {
  return {
    code: 'title-too-short',
    ...asked,
    demand: `A title has more than ${characters} characters.`,
    failure({ entry }) {
      const length = lengthOf(entry.title.trim());
      if (length > characters) return null;
      return {
        message: `the title has ${length} characters, and more than ${characters} are asked`,
        mend: 'Say more in the title.',
      };
    },
  };
}

/** A title of at most so many characters. */
export function titleAtMost(characters: number, asked: Asked, code = 'title-too-long'): ArticleRule {
  return {
    code,
    ...asked,
    demand: `A title has at most ${characters} characters.`,
    failure({ entry }) {
      const length = lengthOf(entry.title.trim());
      if (length <= characters) return null;
      return {
        message: `the title has ${length} characters, and ${characters} at most are asked`,
        mend: `Shorten the title by ${length - characters}.`,
      };
    },
  };
}

/** A title at all. */
export function titlePresent(asked: Asked): ArticleRule {
  return {
    code: 'title-missing',
    ...asked,
    demand: 'An article has a title.',
    failure: ({ entry }) =>
      entry.title.trim() === ''
        ? { message: 'there is no title', mend: 'Write `title:` into the front matter.' }
        : null,
  };
}

/** A title without addresses in it. */
export function titleWithoutAddress(asked: Asked): ArticleRule {
  return {
    code: 'title-has-address',
    ...asked,
    demand: 'A title holds no web address.',
    failure({ entry }) {
      const [address] = /https?:\/\/\S+|\bwww\.\S+/i.exec(entry.title) ?? [];
      if (address === undefined) return null;
      return { message: `the title holds the address ${address}`, mend: 'Take the address out of the title.' };
    },
  };
}

/** An absolute web address. */
export function linkPresent(asked: Asked): ArticleRule {
  return {
    code: 'link-missing',
    ...asked,
    demand: 'An article has the absolute address of its page.',
    failure: ({ entry }) =>
      webAddress(entry.url) === null
        ? { message: `${JSON.stringify(entry.url)} is no web address`, mend: 'Set `site.url` in the configuration.' }
        : null,
  };
}

const TRACKING = /^utm_/i;

/** A link without what counts clicks. */
export function linkWithoutTracking(asked: Asked): ArticleRule {
  return {
    code: 'link-tracked',
    ...asked,
    demand: 'A link carries no `utm_` parameters.',
    failure({ entry }) {
      const found = [...(URL.parse(entry.url)?.searchParams.keys() ?? [])].filter((name) => TRACKING.test(name));
      if (found.length === 0) return null;
      return {
        message: `the link carries ${found.join(', ')}`,
        mend: "Take these out of the partner's `tracking`.",
      };
    },
  };
}

/** The whole text, not a summary of it. */
export function bodyWhole(asked: Asked): ArticleRule {
  return {
    code: 'body-not-whole',
    ...asked,
    demand: 'The whole text of an article is sent, not a part of it.',
    failure({ entry, variant }) {
      if (variant !== 'full')
        return {
          message: 'only the summary is sent',
          mend: "Set the partner's `content` to full, and take `feed: excerpt` out of the front matter.",
        };
      return noWords(entry.html);
    },
  };
}

function noWords(html: string): Failure | null {
  const words = html.replace(/<[^>]*>/g, ' ').trim();
  return words === ''
    ? { message: 'there is no text below the front matter', mend: 'Write the text into the file.' }
    : null;
}

/** A body at all. */
export function bodyPresent(asked: Asked): ArticleRule {
  return {
    code: 'body-missing',
    ...asked,
    demand: 'An article has a body.',
    failure({ entry, variant }) {
      if (variant === 'excerpt')
        return { message: 'only the summary is sent, and no body', mend: "Set the partner's `content` to full." };
      return noWords(entry.html);
    },
  };
}

/** A summary of at least so many characters. */
export function summaryAtLeast(characters: number, asked: Asked): ArticleRule {
  return {
    code: 'summary-too-short',
    ...asked,
    demand: `A summary has ${characters} characters or more.`,
    failure({ entry }) {
      const length = lengthOf(entry.summary.trim());
      if (length >= characters) return null;
      return {
        message: `the summary has ${length} characters, and ${characters} are asked`,
        mend: 'Write a longer `summary:` into the front matter.',
      };
    },
  };
}

/** Somebody who wrote it. */
export function authorPresent(asked: Asked): ArticleRule {
  return {
    code: 'author-missing',
    ...asked,
    demand: 'An article names its author.',
    failure: ({ entry }) =>
      entry.authors.some((author) => author.name.trim() !== '')
        ? null
        : { message: 'no author is named', mend: 'Write `author:` into the front matter, or set `site.author`.' },
  };
}

/** A picture: the article's own, or one in its text. */
export function imagePresent(asked: Asked): ArticleRule {
  return {
    code: 'image-missing',
    ...asked,
    demand: 'An article has a picture.',
    failure({ entry, variant }) {
      if (imageOf(entry) || (variant === 'full' && /<img\s/i.test(entry.html))) return null;
      return { message: 'there is no picture', mend: 'Write `image:` into the front matter.' };
    },
  };
}

/** A picture whose shorter (or longer) side has so many pixels. */
export function imageAtLeast(
  pixels: number,
  side: 'shorter' | 'longer',
  asked: Asked,
  code = 'image-too-small',
): ArticleRule {
  return {
    code,
    ...asked,
    demand: `The ${side} side of an article's picture has ${pixels} pixels or more.`,
    failure({ entry }) {
      const { width, height } = sizeOf({ entry });
      if (width === null || height === null) return null;
      const have = side === 'shorter' ? Math.min(width, height) : Math.max(width, height);
      if (have >= pixels) return null;
      return {
        message: `the picture is ${width} × ${height} pixels, and its ${side} side should have ${pixels}`,
        mend: 'Give a larger picture.',
      };
    },
  };
}

/** That it can be told how large the picture is: what cannot be told cannot be checked before it is sent. */
export function imageSizeKnown(asked: Asked): ArticleRule {
  return {
    code: 'image-size-unknown',
    ...asked,
    demand: "The size of an article's picture is known, so that it can be checked.",
    failure({ entry }) {
      if (!imageOf(entry)) return null;
      const { width, height } = sizeOf({ entry });
      if (width !== null && height !== null) return null;
      return {
        message: 'how large the picture is cannot be told',
        mend: 'Write `image: { url, width, height }`, in pixels, into the front matter.',
      };
    },
  };
}

/** A picture neither too tall nor too wide: width by height. */
export function imageRatio(least: number, most: number, asked: Asked): ArticleRule {
  return {
    code: 'image-ratio',
    ...asked,
    demand: `The width of an article's picture divided by its height is between ${least} and ${most}.`,
    failure({ entry }) {
      const { width, height } = sizeOf({ entry });
      if (width === null || height === null) return null;
      const ratio = width / height;
      // Pictures are whole pixels: a ratio that differs in the third decimal is meant to be the same.
      if (ratio >= least - 0.005 && ratio <= most + 0.005) return null;
      return {
        message: `the picture is ${width} × ${height} pixels, ${ratio.toFixed(2)} times as wide as high`,
        mend: 'Crop the picture.',
      };
    },
  };
}

function sizeOf({ entry }: Pick<OfferedArticle, 'entry'>): { width: number | null; height: number | null } {
  const positive = (value: number | undefined) => (value !== undefined && value > 0 ? value : null);
  const image = imageOf(entry);
  return { width: positive(image?.width), height: positive(image?.height) };
}

/** A picture in a format that the destination shows, as far as its address says which it is. */
export function imageFormat(extensions: readonly string[], asked: Asked): ArticleRule {
  return {
    code: 'image-format',
    ...asked,
    demand: `An article's picture is ${extensions.join(', ')}.`,
    failure({ entry }) {
      const image = imageOf(entry);
      const extension = /\.([a-z0-9]{2,5})$/i.exec(URL.parse(image?.url ?? '')?.pathname ?? '')?.[1]?.toLowerCase();
      if (extension === undefined || extensions.includes(extension)) return null;
      return { message: `the picture is ${extension}`, mend: `Give it as ${extensions.join(', ')}.` };
    },
  };
}

/** A date that is not to come. */
export function dateNotAhead(asked: Asked): ArticleRule {
  return {
    code: 'date-ahead',
    ...asked,
    demand: 'The date of publication has passed.',
    failure({ entry }, now) {
      if (Date.parse(entry.published) <= now) return null;
      return { message: `it is dated ${entry.published}`, mend: 'Wait for the date, or correct it.' };
    },
  };
}

/** A date less than so many days ago. */
export function dateWithin(days: number, asked: Asked): ArticleRule {
  return {
    code: 'date-too-old',
    ...asked,
    demand: `An article was published less than ${days} days ago.`,
    failure({ entry }, now) {
      const age = Math.floor((now - Date.parse(entry.published)) / DAY_MS);
      if (age < days) return null;
      return { message: `it was published ${age} days ago`, mend: `Set the partner's \`days\` to ${days - 1}.` };
    },
  };
}

/** At least so many entries. */
export function entriesAtLeast(count: number, asked: Asked): FeedRule {
  return {
    code: 'entries-too-few',
    ...asked,
    demand: `A feed has ${count === 1 ? 'an entry' : `${count} entries`} or more.`,
    failure({ articles }) {
      if (articles.length >= count) return null;
      return {
        message: `the feed has ${articles.length} entries, and ${count} are asked`,
        mend: "Raise the partner's `limit`, or let it have more articles.",
      };
    },
  };
}

/** At most so many entries. */
export function entriesAtMost(count: number, asked: Asked): FeedRule {
  return {
    code: 'entries-too-many',
    ...asked,
    demand: `A feed has at most ${count} entries.`,
    failure({ articles }) {
      if (articles.length <= count) return null;
      return {
        message: `the feed has ${articles.length} entries, and ${count} at most are asked`,
        mend: `Set the partner's \`limit\` to ${count}.`,
      };
    },
  };
}

/** A document of at most so many bytes. */
export function bytesAtMost(megabytes: number, asked: Asked): FeedRule {
  return {
    code: 'document-too-large',
    ...asked,
    demand: `A document has at most ${megabytes} MB.`,
    failure({ bytes }) {
      if (bytes === null || bytes <= megabytes * 1_000_000) return null;
      return {
        message: `the document has ${(bytes / 1_000_000).toFixed(1)} MB, and ${megabytes} at most are asked`,
        mend: "Lower the partner's `limit`.",
      };
    },
  };
}

/** That the feed says in which language it is. */
export function languageSaid(asked: Asked): FeedRule {
  return {
    code: 'language-missing',
    ...asked,
    demand: 'The feed names its language.',
    failure: ({ head }) =>
      head.lang ? null : { message: 'the feed names no language', mend: 'Set `site.language` in the configuration.' },
  };
}

/** That the feed is in one language. */
export function oneLanguage(asked: Asked): FeedRule {
  return {
    code: 'languages-mixed',
    ...asked,
    demand: 'A feed is in one language.',
    failure({ head, articles }) {
      const languages = new Set(
        articles.map(({ entry }) => (entry.lang ?? head.lang ?? '').toLowerCase().split('-')[0]),
      );
      if (languages.size <= 1) return null;
      return {
        message: `the feed has articles in ${[...languages].sort().join(', ')}`,
        mend: "Choose one by the partner's `where: { lang }`, and make another partner for each of the others.",
      };
    },
  };
}

/** That the feed is fetched by https. */
export function addressSecure(asked: Asked): FeedRule {
  return {
    code: 'address-not-https',
    ...asked,
    demand: "The feed's address begins with https.",
    failure: ({ head }) =>
      head.topics.rss.startsWith('https:')
        ? null
        : { message: `the feed is at ${head.topics.rss}`, mend: 'Serve Tidings by https and say so in TIDINGS_URL.' },
  };
}

/** That the feed describes itself in at most so many characters. */
export function descriptionAtMost(characters: number, asked: Asked): FeedRule {
  return {
    code: 'description-too-long',
    ...asked,
    demand: `The feed describes itself in at most ${characters} characters.`,
    failure({ head }) {
      const length = lengthOf(head.description || head.title);
      if (length <= characters) return null;
      return {
        message: `the description has ${length} characters, and ${characters} at most are asked`,
        mend: 'Shorten `site.description` in the configuration.',
      };
    },
  };
}
