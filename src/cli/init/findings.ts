import { languageTag } from '../../articles/file-name.ts';

/** One thing that was found, and where. */
export interface Taken {
  /** Key of the configuration, as `site.title`. */
  key: string;
  value: unknown;
  /** As `_config.yml: title`. */
  from: string;
}

/** A function: as it is written into the configuration, and as it is used here. */
export class Code {
  readonly text: string;
  readonly value: (article: { path: string }) => string;
  constructor(text: string, value: (article: { path: string }) => string) {
    this.text = text;
    this.value = value;
  }
}

/** What `tidings init` found out of a site, from where, and what it could not. */
export class Findings {
  /** Folder of the articles, below the site's; '' for the site's own. */
  content = '';
  readonly #taken = new Map<string, Taken>();
  /** What a person has to look at, a sentence each. */
  readonly notes: string[] = [];

  get taken(): Taken[] {
    return [...this.#taken.values()];
  }

  get(key: string): unknown {
    return this.#taken.get(key)?.value;
  }

  has(key: string): boolean {
    return this.#taken.has(key);
  }

  /** Takes a value unless there is one already; one that cannot be used is noted instead. Nothing is taken of null. */
  take(key: string, value: unknown, from: string): void {
    if (value === null || value === undefined || this.#taken.has(key)) return;
    const usable = this.#usable(key, value, from);
    if (usable !== null) this.#taken.set(key, { key, value: usable, from });
  }

  /** Takes a value in place of one that turned out wrong. */
  replace(key: string, value: unknown, from: string): void {
    this.#taken.delete(key);
    this.take(key, value, from);
  }

  note(sentence: string): void {
    if (!this.notes.includes(sentence)) this.notes.push(sentence);
  }

  #usable(key: string, value: unknown, from: string): unknown {
    if (key === 'site.url') return this.#address(String(value), from);
    if (key === 'site.language') return languageTag(String(value));
    if (key === 'site.timezone') return this.#zone(String(value), from);
    if (key === 'feeds.limit') return this.#count(value, from);
    if (key === 'site.author') return authorOf(value);
    if (typeof value !== 'string') return value;
    const text = value.replace(/\s+/g, ' ').trim();
    return text === '' ? null : text;
  }

  #address(text: string, from: string): string | null {
    const whole = text.startsWith('//') ? `https:${text}` : text;
    if (/^https?:\/\//.test(whole) && URL.canParse(whole)) return whole.replace(/\/+$/, '');
    if (text !== '' && text !== '/')
      this.note(`${from} is ${text}, which is no whole address; write site.url yourself.`);
    return null;
  }

  #zone(text: string, from: string): string | null {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone && text;
    } catch {
      this.note(`${from} is ${text}, which is no time zone known here; write site.timezone as Europe/Paris.`);
      return null;
    }
  }

  #count(value: unknown, from: string): number | null {
    const count = Number(value);
    if (Number.isInteger(count) && count > 0) return count;
    this.note(
      `${from} asks for a feed without a limit; Tidings has feeds of 20 entries, and archives with all of them.`,
    );
    return null;
  }
}

/** An author as a name, or as a mapping of which the known keys are kept. */
function authorOf(value: unknown): unknown {
  if (Array.isArray(value)) return authorOf(value[0]);
  if (typeof value === 'string') return value.trim() === '' ? null : value.trim();
  if (typeof value !== 'object' || value === null) return null;
  const { name, email, url, uri } = value as Record<string, unknown>;
  if (typeof name !== 'string' || name === '') return null;
  const address = [url, uri].find((one): one is string => typeof one === 'string' && /^https?:\/\//.test(one));
  const mail = typeof email === 'string' && /^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/.test(email) ? email : undefined;
  return mail === undefined && address === undefined
    ? name
    : { name, ...(mail !== undefined && { email: mail }), ...(address !== undefined && { url: address }) };
}
