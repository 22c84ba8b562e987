import { oneLine } from '../articles/characters.ts';

/**
 * The part of an address that a name becomes: letters and digits of every script, lower case, NFC; everything else is
 * one `-`. `+` and `#` stay, since C, C++ and C# are three things. A name without any letter (an emoji) keeps its signs.
 * Empty when nothing can be kept. A slug's slug is itself.
 */
export function slugOf(name: string): string {
  const text = oneLine(name).normalize('NFC').toLowerCase().normalize('NFC');
  const words = trim(text.replace(/[^\p{L}\p{M}\p{N}+#]+/gu, '-'));
  if (/[\p{L}\p{N}]/u.test(words)) return words;
  return trim(text.replace(/[\s\p{C}./\\%?-]+/gu, '-'));
}

function trim(text: string): string {
  return text.replace(/^-+|-+$/g, '');
}
