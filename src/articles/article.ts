/** One source file, understood: what every other part of Tidings works from. */

/** A person or body that wrote an article. */
export interface Author {
  name: string;
  url?: string;
  email?: string;
  avatar?: string;
}

/** A picture that stands for the article. `url` is absolute. */
export interface Image {
  url: string;
  alt?: string;
  /** Pixels, where the front matter says. */
  width?: number;
  height?: number;
  /** When the rights in it end; ISO 8601. */
  expires?: string;
}

/** What the publisher says of a mistake that was mended. */
export interface Correction {
  note: string;
  /** When it was mended, where the front matter says; ISO 8601. */
  date: string | null;
}

/** Audio, video or another file that comes with the article. */
export interface Enclosure {
  /** Absolute address. */
  url: string;
  /** Media type; guessed from the ending when the front matter is silent. */
  type: string;
  /** Bytes; 0 when unknown. */
  length: number;
  /** Seconds. */
  duration?: number;
  title?: string;
}

/** What podcast players want to know of an article with audio or video, as far as its front matter says. */
export interface Episode {
  /** From 1. */
  season?: number;
  /** From 1, within the season. */
  number?: number;
  type?: 'full' | 'trailer' | 'bonus';
  explicit?: boolean;
  /** Its words: absolute addresses with their media types. */
  transcripts?: { url: string; type: string }[];
  /** Absolute address of a JSON file of chapters. */
  chapters?: string;
}

/** How the body of the file is written. */
export type BodyFormat = 'markdown' | 'html' | 'mdx';

/**
 * An article as its file tells it. Nothing in it depends on other files or on history, and on the clock only whether a
 * picture's rights have ended and an update has come: the same bytes and the same configuration give the same Article. Instants are ISO 8601 in UTC with milliseconds.
 */
export interface Article {
  /** Below the content folder, separated by `/`, as the source spells it. */
  path: string;
  /** An id that the file itself names, where it does; the ledger knows the rest. */
  id: string | null;
  /** Absolute address of the article's page on the publisher's site. */
  url: string;
  title: string;
  published: string;
  /** What the file says; null when it says nothing. */
  updated: string | null;
  /** When the article is to be taken back. */
  expires: string | null;
  /** Plain text from the front matter; null when the file has none (the renderer then makes one from the body). */
  summary: string | null;
  authors: Author[];
  categories: string[];
  tags: string[];
  image: Image | null;
  /** Absolute address of a wide picture for the head of the page; absent where the file names none. */
  banner?: string;
  /** Absolute address of the page elsewhere that the article is about; absent where the file names none. */
  external?: string;
  /** Address of a picture whose rights have ended: it is shown nowhere, in the body neither. Absent otherwise. */
  endedImage?: string;
  /** What was mended, the newest first; absent when nothing was. */
  corrections?: Correction[];
  /** BCP 47 tag. */
  lang: string | null;
  /** Address of the original, where the article first stood elsewhere. */
  canonical: string | null;
  /** Former addresses, as paths or absolute. */
  aliases: string[];
  enclosures: Enclosure[];
  /** Absent where the front matter says nothing of the kind. */
  episode?: Episode;
  /** False when the article asks to be in no feed (`feed: false`). */
  inFeeds: boolean;
  /** True when feeds are to show its summary alone (`feed: excerpt`); absent otherwise. */
  excerpt?: true;
  /** True when search engines are not to be led to its page (`unlisted: true`, `sitemap: false`, …); absent otherwise. */
  unindexed?: true;
  /** Sorts articles oldest first: the published instant, then the number in the file name, then the path. */
  order: string;
  format: BodyFormat;
  /** The raw text after the front matter, line ends as `\n`. */
  body: string;
  /** Line of the file, from 1, on which `body` begins. */
  bodyLine: number;
}

/** Something that the publisher should know of a file. */
export interface Problem {
  /** A stable word, such as `front-matter-repaired`, `date-invalid`, `draft`. */
  code: string;
  message: string;
  /** From 1; absent when the whole file is meant. */
  line?: number;
  column?: number;
  /** The line as it should be written. */
  mend?: string;
}

/**
 * What reading one file gives. `accepted`: may stand in feeds. `withheld`: sound, but not (yet, or any more) to be
 * published. `rejected`: cannot be read.
 */
export type Reading =
  | {
      state: 'accepted';
      article: Article;
      repaired: boolean;
      problems: Problem[];
      /** When it changes by itself (expiry, also of the picture's rights, an update to come); epoch milliseconds. */
      due: number | null;
    }
  | { state: 'withheld'; article: Article; repaired: boolean; problems: Problem[]; due: number | null }
  | { state: 'rejected'; problems: Problem[] };

/** The body of an article as feeds carry it. */
export interface Rendering {
  /** Sanitized HTML with absolute addresses and no character that XML forbids. */
  html: string;
  /** Plain text: the article's own summary, else the first words of the body. */
  summary: string;
  problems: Problem[];
}

/** An Article without its body, as `articles.data` keeps it. */
export type ArticleData = Omit<Article, 'body'>;
