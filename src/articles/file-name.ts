import { isLanguage } from './languages.ts';

/** What the place of a file says of its article. */
export interface FileName {
  /** The name without folder, ending, date and language; a bundle's `index.md` has its folder's name. NFC. */
  slug: string;
  /** Name without folder, ending and language, date included. NFC. */
  base: string;
  /** Folders below the content folder. NFC. */
  folders: string[];
  /** With its dot, as written. */
  extension: string;
  /** A day in the name, else one in the folders: year, month, day, not checked. */
  day: { year: number; month: number; day: number } | null;
  /** The first number in the name after the date: articles of one day follow it. */
  number: number;
  /** Language that the name (`index.ko.md`) or a folder (`ko/`, `zh-cn/`) tells. */
  lang: string | null;
  /** Whether the file is the `index` of a folder of its own. */
  bundle: boolean;
}

const DAY = /^(\d{4})[-_.](\d{1,2})[-_.](\d{1,2})(?:[-_. ]+(.*))?$/su;
const COMPACT_DAY = /^((?:19|20)\d{2})(0\d|1[0-2])([0-3]\d)(?:[-_. ]+(.*))?$/su;
const FOLDER_DAY = /(?:^|\/)(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?=[-/_]|$)/;

/** Folders below which a language's folder stands. */
const CONTAINERS = new Set(
  'content contents posts _posts post blog i18n src docs articles news pages site source locales lang _drafts'.split(
    ' ',
  ),
);

/** Reads a path, whose parts `/` separates. */
export function parseFileName(path: string): FileName {
  const parts = path.normalize('NFC').split('/');
  const name = parts.pop() ?? '';
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 ? name.slice(dot) : '';
  let base = dot > 0 ? name.slice(0, dot) : name;
  let lang: string | null = null;
  const suffix = /^(.+)\.([A-Za-z]{2}(?:[-_][A-Za-z]{2,4})?)$/.exec(base);
  if (suffix?.[1] && suffix[2] && isLanguage(suffix[2])) {
    base = suffix[1];
    lang = languageTag(suffix[2]);
  }
  const bundle = /^_?index$/i.test(base) && parts.length > 0;
  const folders = bundle ? parts.slice(0, -1) : parts;
  const named = bundle ? (parts.at(-1) ?? '') : base;
  const dated = DAY.exec(named) ?? COMPACT_DAY.exec(named);
  const rest = dated ? (dated[4] ?? '') : named;
  const inFolders = dated ? null : FOLDER_DAY.exec(`${folders.join('/')}/${named}`);
  const found = dated ?? inFolders;
  return {
    slug: rest || named,
    base: named,
    folders,
    extension,
    day: found ? { year: Number(found[1]), month: Number(found[2]), day: Number(found[3]) } : null,
    number: Number(/\d{1,15}/.exec(rest)?.[0] ?? 0),
    lang: lang ?? folderLanguage(parts),
    bundle,
  };
}

/** The language of `ko/…` or `content/ko/…`; a folder of two letters anywhere else may be anything. */
function folderLanguage(folders: string[]): string | null {
  for (const [index, folder] of folders.entries()) {
    const above = folders[index - 1];
    if (isLanguage(folder) && (above === undefined || CONTAINERS.has(above.toLowerCase()))) return languageTag(folder);
  }
  return null;
}

/** `zh_cn` as the BCP 47 tag `zh-CN`; null when it is none. */
export function languageTag(text: string): string | null {
  const tag = text.trim().replaceAll('_', '-').replace(/\..*$/, '');
  if (!/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(tag)) return null;
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null;
  } catch {
    return null;
  }
}
