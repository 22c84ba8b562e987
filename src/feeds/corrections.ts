import type { Correction } from '../articles/article.ts';
import { htmlOf, oneLine, sound } from '../articles/characters.ts';

/** What stands before a correction, by language; what is not here says it in English. */
const WORDS: Record<string, string> = {
  de: 'Berichtigung',
  en: 'Correction',
  es: 'Corrección',
  fr: 'Rectificatif',
  ja: '訂正',
  ko: '바로잡습니다',
  pt: 'Correção',
  zh: '更正',
};

/** The corrections of a text in HTML, which stand before it; nothing where there are none. */
export function correctionsHtml(corrections: Correction[], lang: string | null): string {
  return corrections
    .map((one) => {
      const date = one.date === null ? '' : ` <time datetime="${one.date}">${one.date.slice(0, 10)}</time>`;
      return `<aside><p><strong>${wordFor(lang)}</strong>${date}: ${htmlOf(sound(one.note))}</p></aside>\n`;
    })
    .join('');
}

/** A summary with the corrections of its text, in plain text. */
export function correctedSummary(summary: string, corrections: Correction[], lang: string | null): string {
  const notes = corrections.map((one) => {
    const date = one.date === null ? '' : ` (${one.date.slice(0, 10)})`;
    return `${wordFor(lang)}${date}: ${oneLine(one.note)}`;
  });
  return [summary, ...notes].filter((text) => text !== '').join(' — ');
}

function wordFor(lang: string | null): string {
  return WORDS[(lang ?? 'en').toLowerCase().split('-')[0] ?? 'en'] ?? 'Correction';
}
