import sanitizeHtml from 'sanitize-html';
import { ATTRIBUTES, SCHEMES, TAGS, VOID } from '../articles/sanitize.ts';
import type { Partner } from './partner.ts';

/** How a partner wants the markup of a text. */
export interface MarkupRules extends Pick<Partner, 'html' | 'images'> {
  /** What becomes of a link. */
  link: (href: string) => string;
}

/** What nearly every destination takes: paragraphs, headings, lists, quotations, emphasis, links, pictures. */
const STRICT = 'p br h2 h3 h4 ul ol li blockquote pre code strong em b i a figure figcaption img'.split(' ');
const STRICT_ATTRIBUTES = { a: ['href'], img: ['src', 'alt', 'width', 'height'] };
/** Elements of one rank that the strict list has under another name. */
const RENAMED = { h1: 'h2', h5: 'h4', h6: 'h4', dt: 'p', dd: 'p', tr: 'p', summary: 'p', caption: 'p' };

const PICTURES = ['img', 'picture', 'source'];

/** Elements after which a plain text goes on in a new paragraph. */
const BLOCKS =
  /<\/?(?:p|div|h[1-6]|ul|ol|li|blockquote|pre|figure|figcaption|table|caption|tr|hr|dl|dt|dd|section|article|aside|header|footer|details|summary|address|main|center)\b[^>]*>/gi;

/**
 * HTML that was sanitized before, as a partner wants it: `reader` keeps what feed readers show, `strict` a short list of
 * elements, `plain` paragraphs of text alone. Elements that are not wanted lose their tags and keep their text.
 */
export function markedUp(html: string, rules: MarkupRules): string {
  return rules.html === 'plain' ? paragraphs(html) : filtered(html, rules);
}

function filtered(html: string, { html: list, images, link }: MarkupRules): string {
  const pictures = images === 'all';
  const isStrict = list === 'strict';
  const told = pictures ? html : withoutFigures(html);
  const text = isStrict ? withCellsApart(told) : told;
  return sanitizeHtml(text, {
    allowedTags: isStrict ? STRICT : TAGS,
    allowedAttributes: isStrict ? STRICT_ATTRIBUTES : ATTRIBUTES,
    allowedSchemes: SCHEMES,
    allowProtocolRelative: false,
    selfClosing: VOID,
    transformTags: {
      ...(isStrict ? Object.fromEntries(Object.entries(RENAMED).map(([from, to]) => [from, to])) : {}),
      a: (tagName, attribs) => ({
        tagName,
        attribs: attribs.href === undefined ? attribs : { ...attribs, href: link(attribs.href) },
      }),
    },
    exclusiveFilter: ({ tag, attribs }) => (PICTURES.includes(tag) && !pictures) || (tag === 'img' && !attribs.src),
  }).trim();
}

/** Without pictures there are no captions. A figure of something else stays. */
function withoutFigures(html: string): string {
  return html.replace(/<figure\b[^>]*>[\s\S]*?<\/figure>/gi, (figure) =>
    /<img\b/i.test(figure) && !/<(?:video|audio|table|pre|blockquote)\b/i.test(figure) ? '' : figure,
  );
}

/** Cells stand side by side: without their tags their words would run together. */
const withCellsApart = (html: string) => html.replace(/<\/t[dh]>/gi, ' $&');

/** The words of a text, a paragraph for each block, a line for each line. */
function paragraphs(html: string): string {
  const silent = withCellsApart(html).replace(/<(?:audio|video)\b[\s\S]*?<\/(?:audio|video)>/gi, '');
  const broken = silent
    .replace(/\s+/g, ' ')
    .replace(BLOCKS, '\n\n')
    .replace(/<br\b[^>]*>/gi, '\n');
  const words = sanitizeHtml(broken, { allowedTags: [], allowedAttributes: {} });
  return words
    .split(/\n{2,}/)
    .map((block) =>
      block
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '')
        .join('<br />'),
    )
    .filter((block) => block !== '')
    .map((block) => `<p>${block}</p>`)
    .join('\n');
}
