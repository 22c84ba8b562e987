import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { wordsFor } from './words.ts';

/** Part of a page, escaped. */
export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

/** Our own script and style, and nothing from elsewhere but what an article shows. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src * data:; media-src *; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Headers of every page for people. */
export const PAGE_HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'strict-origin-when-cross-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

/** A feed that a page names to readers; addresses are paths below the server's. */
export interface Discoverable {
  title: string;
  rss: string;
  atom: string;
  json: string;
}

/** A whole page. `base` is the path of the server's address; `head` takes what belongs to it alone; `feeds` are those that a reader finds through it. */
export function page(options: {
  base: string;
  title: string;
  lang: string;
  feeds?: Discoverable[];
  head?: Markup;
  body: Markup;
}): Markup {
  const words = wordsFor(options.lang);
  return html`<!doctype html>
<html lang="${options.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${options.title}</title>
<link rel="icon" href="${options.base}/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${options.base}/style.css">
<script src="${options.base}/copy.js" defer></script>
${(options.feeds ?? []).map(
  (
    feed,
  ) => html`<link rel="alternate" type="application/rss+xml" title="${feed.title} (RSS)" href="${options.base}${feed.rss}">
<link rel="alternate" type="application/atom+xml" title="${feed.title} (Atom)" href="${options.base}${feed.atom}">
<link rel="alternate" type="application/feed+json" title="${feed.title} (JSON Feed)" href="${options.base}${feed.json}">
`,
)}${options.head ?? ''}
</head>
<body>
<a class="skip" href="#content" lang="${words.lang}">${words.skip}</a>
${options.body}
</body>
</html>
`;
}

/** HTML that was sanitized when the article was rendered. */
export const sanitized = (text: string) => raw(text);

/** An instant as people read it, with its exact form in the markup. */
export function instant(iso: string, zone: string, lang: string, style: 'short' | null = 'short'): Markup {
  const how = { dateStyle: 'medium', timeZone: zone, ...(style && { timeStyle: style }) } as const;
  const text = new Intl.DateTimeFormat(known(lang), how).format(new Date(iso));
  return html`<time datetime="${iso}">${text}</time>`;
}

/** A language as the publisher wrote it may be none. */
function known(lang: string): string {
  try {
    return Intl.getCanonicalLocales(lang)[0] ?? 'en';
  } catch {
    return 'en';
  }
}

/** The picture of a tab: the sign that feeds are known by. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b5cad"/><g fill="none" stroke="#fff" stroke-width="3.4" stroke-linecap="round"><path d="M8 14.5A9.5 9.5 0 0 1 17.5 24"/><path d="M8 8a16 16 0 0 1 16 16"/></g><circle cx="10" cy="22" r="2.6" fill="#fff"/></svg>
`;

/** Shows the copy buttons and makes them work; without it the addresses are still there to be selected. */
export const SCRIPT = `for (const button of document.querySelectorAll('button[data-copy]')) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  const label = button.textContent;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = label; }, 2000);
  });
}
`;

/** Of every page. Small enough to be asked for with each of them. */
export const STYLE = `:root {
  color-scheme: light dark;
  --ink: #16202a; --soft: #566371; --line: #dde3e9; --paper: #fff; --wash: #f5f7f9; --mark: #0b5cad; --on-mark: #fff;
  --bad: #a4261d; --good: #1d6b3a; --round: .6rem;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e6ebf0; --soft: #9eabb8; --line: #2c353f; --paper: #12171c; --wash: #1a2128; --mark: #7fb8f5;
    --on-mark: #0d1a27; --bad: #ff9d94; --good: #86d3a1;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: break-word;
  font: 1rem/1.65 system-ui, "Apple SD Gothic Neo", "Noto Sans KR", "Noto Sans CJK KR", sans-serif;
}
:lang(ko) { word-break: keep-all; }
main, header, footer, .bar { max-width: 64rem; margin: 0 auto; padding: 1rem 1.25rem; }
header { padding-top: 2.25rem; padding-bottom: .25rem; }
.bar { display: flex; gap: .6rem; align-items: center; padding-block: .8rem; }
.bar a { display: inline-flex; gap: .6rem; align-items: center; color: inherit; text-decoration: none; font-weight: 650; }
.bar img { width: 1.5rem; height: 1.5rem; display: block; object-fit: contain; }
.bar a.aside { margin-inline-start: auto; font-weight: 400; color: var(--soft); }
.rule { border-bottom: 1px solid var(--line); }
header .logo { max-height: 4rem; max-width: 12rem; margin-bottom: .6rem; display: block; }
h1 { font-size: clamp(1.55rem, 4vw, 2.1rem); line-height: 1.25; margin: 0 0 .35rem; letter-spacing: -.01em; text-wrap: balance; }
h2 { font-size: 1.15rem; line-height: 1.3; margin: 2.25rem 0 .6rem; }
h3 { font-size: 1.05rem; line-height: 1.4; margin: 0; }
a { color: var(--mark); text-underline-offset: .15em; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; border-radius: .2rem; }
.skip { position: absolute; inset-inline-start: -99rem; }
.skip:focus { inset-inline-start: 1rem; inset-block-start: 1rem; background: var(--paper); padding: .5rem 1rem; z-index: 1; }
p.soft, .soft { color: var(--soft); }
.lead { font-size: 1.08rem; color: var(--soft); margin: 0; max-width: 44rem; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
th, td { text-align: start; padding: .4rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; }
td.n, th.n { text-align: end; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
code, pre, kbd { font: .88em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; background: var(--wash); border-radius: .3rem; }
code { padding: .1rem .3rem; overflow-wrap: anywhere; }
pre { padding: .75rem; overflow-x: auto; } pre code { padding: 0; background: none; overflow-wrap: normal; }
.card { background: var(--wash); border: 1px solid var(--line); border-radius: var(--round); padding: 1rem 1.15rem; margin: 1rem 0; }
.card > :first-child { margin-top: 0; } .card > :last-child { margin-bottom: 0; }
.held { border-color: var(--bad); }
.bad { color: var(--bad); } .good { color: var(--good); }
ul.plain { list-style: none; padding: 0; margin: 0; } ul.plain li { padding: .4rem 0; border-bottom: 1px solid var(--line); }
button, input { font: inherit; padding: .4rem .85rem; border-radius: .4rem; border: 1px solid var(--line); background: var(--paper); color: inherit; }
button { background: var(--mark); border-color: var(--mark); color: var(--on-mark); cursor: pointer; font-weight: 550; }
button:hover { filter: brightness(1.08); }
form.inline { display: inline; }
.columns { display: grid; gap: 0 3rem; grid-template-columns: minmax(0, 1fr); }
.columns > section > h2 { margin-top: 1.25rem; }
@media (min-width: 54rem) {
  .columns { grid-template-columns: minmax(0, 1fr) 22rem; }
  .columns > aside { grid-area: 1 / 2; position: sticky; top: 1rem; align-self: start; }
  .columns > section { grid-area: 1 / 1; }
}
.addresses { display: grid; gap: .6rem; margin: 1rem 0; }
.address { display: grid; grid-template-columns: 1fr auto; gap: .3rem .5rem; align-items: center; }
.address a { font-weight: 600; font-size: .92rem; justify-self: start; }
.address input { grid-area: 2 / 1 / auto / -1; width: 100%; padding: .35rem .6rem; font: .8rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; text-overflow: ellipsis; }
.address button { min-width: 4.2rem; padding: .1rem .6rem; font-size: .82rem; }
.address button[hidden] { display: none; }
.chips { display: flex; flex-wrap: wrap; gap: .45rem; padding: 0; margin: .5rem 0 0; list-style: none; }
.chips a, .chips span { display: inline-block; padding: .2rem .75rem; border: 1px solid var(--line); border-radius: 99rem; background: var(--paper); text-decoration: none; font-size: .92rem; }
.chips a:hover { border-color: var(--mark); }
.entries { list-style: none; padding: 0; margin: 0; }
.entries > li { padding: 1.05rem 0; border-bottom: 1px solid var(--line); }
.entries > li:first-child { padding-top: .3rem; }
.entries h3 a { text-decoration: none; } .entries h3 a:hover { text-decoration: underline; }
.entries p { margin: .25rem 0 0; }
.entries .soft { font-size: .9rem; }
.summary { display: -webkit-box; -webkit-line-clamp: 3; line-clamp: 3; -webkit-box-orient: vertical; overflow: hidden; }
details > summary { cursor: pointer; color: var(--mark); margin: .75rem 0; }
article { max-width: 44rem; margin: 0 auto; }
article > header { padding: 1.5rem 0 0; }
article.read { font-size: 1.06rem; }
article img, article video { max-width: 100%; height: auto; border-radius: .3rem; }
article video, article audio { width: 100%; }
article table { width: auto; display: block; overflow-x: auto; }
article blockquote { margin: 1.2rem 0; padding: .1rem 0; padding-inline-start: 1rem; border-inline-start: 3px solid var(--line); color: var(--soft); }
article hr { border: 0; border-top: 1px solid var(--line); margin: 2rem 0; }
.byline { color: var(--soft); margin: 0 0 1.75rem; font-size: .95rem; }
article.manual { max-width: none; }
article.manual > h1:first-child { margin-top: .5rem; }
.search { display: flex; flex-wrap: wrap; gap: .4rem .6rem; align-items: center; margin: .5rem 0 1rem; }
.search label { color: var(--soft); } .search input { flex: 1 1 12rem; max-width: 24rem; } .search p { margin: 0; }
footer { color: var(--soft); font-size: .9rem; border-top: 1px solid var(--line); margin-top: 3rem; }
@media print { .bar, aside, footer, .skip, button { display: none; } }
`;

/** The style in the publisher's colour: darker or lighter where it could not be read on the page. */
export function styleIn(color: string | null): string {
  if (color === null) return STYLE;
  return `${STYLE}:root { --mark: color-mix(in oklab, ${color}, black 25%); --on-mark: #fff; }
@media (prefers-color-scheme: dark) { :root { --mark: color-mix(in oklab, ${color}, white 55%); --on-mark: #0d1a27; } }
`;
}
