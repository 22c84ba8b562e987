/**
 * Everything that XML 1.0 forbids (section 2.2), lone surrogates with it, and the C1 controls, which validators warn of
 * and nobody sees.
 */
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff\p{Cs}]/gu;
const SUSPECT = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/;

/**
 * Text that may stand in an XML document and in JSON alike: no forbidden character, no lone surrogate, line ends as
 * `\n` (an XML parser makes them so, section 2.11).
 *
 * @see https://www.w3.org/TR/xml/#charsets
 */
export function sound(text: string): string {
  // Nearly every text is sound; this asks four times faster than it mends.
  if (!SUSPECT.test(text) && text.isWellFormed()) return text;
  return text.replace(/\r\n?/g, '\n').replace(FORBIDDEN, '');
}

/** A name or title: {@link sound} text on one line, its spaces as they were written. */
export function oneLine(text: string): string {
  return sound(text)
    .replace(/\s+/g, (run) => (/[\t\n\f\u2028\u2029]/.test(run) ? ' ' : run))
    .trim();
}

/** Plain text as HTML that shows it as written, for the elements whose content readers take for HTML. */
export function htmlOf(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
