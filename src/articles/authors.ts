import type { Author } from './article.ts';
import { decodeText } from './encoding.ts';
import { innerText, textOf } from './fields.ts';
import type { Fields, Value } from './front-matter.ts';
import { parseJson } from './json.ts';
import { plainText } from './text.ts';
import { parseToml } from './toml.ts';
import { parseYaml } from './yaml.ts';

/** Authors by the key that articles name them with. Plain data: it is stored between runs. */
export type AuthorDirectory = Record<string, Author>;

const AUTHORS_FILE = /(?:^|\/)authors\.(ya?ml|json|toml)$/i;

/** Whether a file names authors: `authors.yml` of Docusaurus, `_data/authors.yml` of Jekyll, `data/authors.toml` of Hugo. */
export function isAuthorsFile(path: string): boolean {
  return AUTHORS_FILE.test(path);
}

/** Reads such a file; what cannot be read gives an empty directory. */
export function parseAuthors(path: string, bytes: Uint8Array): AuthorDirectory {
  const directory: AuthorDirectory = Object.create(null);
  const decoded = decodeText(bytes);
  if ('problem' in decoded) return directory;
  const ending = AUTHORS_FILE.exec(path)?.[1]?.toLowerCase();
  const parse = ending === 'json' ? parseJson : ending === 'toml' ? parseToml : parseYaml;
  const parsed = parse(decoded.text, 1);
  if ('problem' in parsed) return directory;
  for (const [key, value] of parsed.fields) {
    const author =
      typeof value === 'string' ? { name: plainText(value) } : value instanceof Map ? authorOf(value, key) : null;
    if (author?.name) directory[key] = author;
  }
  return directory;
}

/** The authors that a value of front matter names: texts, lists, mappings, keys of the directory. Each name once. */
export function authorsOf(value: Value, directory: AuthorDirectory = {}): Author[] {
  const authors = new Map<string, Author>();
  const visit = (part: Value, depth: number) => {
    if (typeof part === 'string') {
      for (const author of namedAuthors(part, directory))
        if (!authors.has(author.name)) authors.set(author.name, author);
    } else if (Array.isArray(part) && depth < 5) for (const item of part) visit(item, depth + 1);
    else if (part instanceof Map) {
      const key = innerText(part, 'key', 'id', 'slug');
      const known = key ? entryOf(directory, key) : null;
      const author = authorOf(part, null) ?? known;
      if (author && !authors.has(author.name)) authors.set(author.name, { ...known, ...author });
    }
  };
  visit(value, 0);
  return [...authors.values()];
}

function entryOf(directory: AuthorDirectory, key: string): Author | null {
  return Object.hasOwn(directory, key) ? (directory[key] ?? null) : null;
}

/** A text may be a key, one name, or several names. */
function namedAuthors(text: string, directory: AuthorDirectory): Author[] {
  const trimmed = text.trim();
  const known = entryOf(directory, trimmed);
  if (known) return [known];
  const parts = trimmed.includes(';') ? trimmed.split(';') : splitNames(trimmed);
  return parts.map((part) => entryOf(directory, part.trim()) ?? authorFrom(part)).filter((author) => author !== null);
}

/** What may follow a name after a comma and is no other name: degrees, offices, and for whom somebody speaks. */
const SUFFIX =
  /^(?:jr|sr|ii|iii|iv|ph\.?d|m\.?d|esq|cpa|dds)\.?$|^on behalf of\b|\b(?:director|manager|engineer|editor|president|professor|officer|head|chair|member|founder|lead) (?:of|at)\b/i;

/** `A, B and C`. A suffix such as `Jr.` stays with its name, a comma or `and` in brackets is no separator. */
function splitNames(text: string): string[] {
  if (/[(<]/.test(text) && !/[)>]\s*(?:,|and\b|&)/.test(text) && !/(?:,|\band\b|&).*[(<]/.test(text)) return [text];
  const names: string[] = [];
  for (const part of text.split(/\s*(?:,|、|،)\s*(?:(?:and|&)\s+)?|\s+(?:and|&)\s+/)) {
    const last = names.length - 1;
    if (SUFFIX.test(part) && last >= 0) names[last] = `${names[last]}, ${part}`;
    else names.push(part);
  }
  return names;
}

/** `Name <name@host>`, `name@host (Name)`, or a name. */
function authorFrom(text: string): Author | null {
  const angled = /^([^<>]*)<([^<>\s]+)>$/.exec(text.trim());
  const bracketed = /^(\S+@\S+)\s+\((.+)\)$/.exec(text.trim());
  const name = plainText(angled?.[1]?.trim() || bracketed?.[2] || angled?.[2] || text);
  const contact = angled?.[2] ?? bracketed?.[1] ?? '';
  if (!name) return null;
  return { name, ...(isEmail(contact) ? { email: contact } : {}), ...(webAddress(contact) ? { url: contact } : {}) };
}

/** The mapping of one author. */
function authorOf(fields: Fields, key: string | null): Author | null {
  const name = innerText(fields, 'name', 'displayName', 'fullName', 'title') ?? key;
  if (!name) return null;
  const url = webAddress(innerText(fields, 'url', 'uri', 'website', 'homepage', 'link', 'web', 'site'));
  const email = innerText(fields, 'email', 'mail');
  const avatar = webAddress(
    innerText(fields, 'imageURL', 'avatar', 'picture', 'image', 'photo', 'profileImage', 'gravatar'),
  );
  return {
    name: plainText(name),
    ...(url ? { url } : {}),
    ...(email && isEmail(email) ? { email } : {}),
    ...(avatar ? { avatar } : {}),
  };
}

/** What Docusaurus had before `authors`: `author` with `author_url`, `author_image_url`. */
export function authorWithSiblings(value: Value, url: Value | undefined, avatar: Value | undefined): Author | null {
  const name = textOf(value);
  if (!name) return null;
  const address = webAddress(textOf(url));
  const image = webAddress(textOf(avatar));
  return { name: plainText(name), ...(address ? { url: address } : {}), ...(image ? { avatar: image } : {}) };
}

function isEmail(text: string): boolean {
  return /^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/.test(text);
}

function webAddress(text: string | null): string | null {
  if (text === null || !/^https?:\/\//i.test(text)) return null;
  return URL.canParse(text) ? new URL(text).href : null;
}
