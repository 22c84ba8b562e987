import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

/** Part of a page, escaped. */
export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

/** No script, and nothing from elsewhere but what an article shows. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'self'; img-src * data:; media-src *; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Headers of every page for people. */
export const PAGE_HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'strict-origin-when-cross-origin',
};

/** A whole page. `head` takes what belongs to it alone: its canonical address, its feeds. */
export function page(options: { title: string; lang: string; head?: Markup; body: Markup }): Markup {
  return html`<!doctype html>
<html lang="${options.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${options.title}</title>
<link rel="stylesheet" href="/style.css">
${options.head ?? ''}
</head>
<body>
${options.body}
</body>
</html>
`;
}

/** HTML that was sanitized when the article was rendered. */
export const sanitized = (text: string) => raw(text);

/** An instant as people read it, with its exact form in the markup. */
export function instant(iso: string, zone: string, lang: string): Markup {
  const text = new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeStyle: 'short', timeZone: zone }).format(
    new Date(iso),
  );
  return html`<time datetime="${iso}">${text}</time>`;
}

/** Of every page. Small enough to be sent with each of them from the browser's cache. */
export const STYLE = `:root { color-scheme: light dark; --ink: #1b1f24; --soft: #5a6572; --line: #d8dee5; --paper: #fff; --wash: #f4f6f8; --mark: #0b5cad; --bad: #a4261d; --good: #1d6b3a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7ebef; --soft: #a2adb9; --line: #323a43; --paper: #14181d; --wash: #1d232a; --mark: #7fb8f5; --bad: #ff9d94; --good: #86d3a1; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.6 system-ui, "Apple SD Gothic Neo", "Noto Sans KR", sans-serif; }
main, header, footer { max-width: 62rem; margin: 0 auto; padding: 1rem 1.25rem; }
header { padding-top: 2rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
a { color: var(--mark); }
a:focus-visible, button:focus-visible, input:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
p.soft, .soft { color: var(--soft); }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
th, td { text-align: start; padding: .4rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; }
td.n, th.n { text-align: end; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
code, pre { font: .88em/1.5 ui-monospace, monospace; background: var(--wash); border-radius: .25rem; }
code { padding: .1rem .3rem; overflow-wrap: anywhere; }
pre { padding: .75rem; overflow-x: auto; }
.card { background: var(--wash); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; margin: 1rem 0; }
.held { border-color: var(--bad); }
.bad { color: var(--bad); } .good { color: var(--good); }
ul.plain { list-style: none; padding: 0; } ul.plain li { padding: .35rem 0; border-bottom: 1px solid var(--line); }
button, input { font: inherit; padding: .4rem .8rem; border-radius: .35rem; border: 1px solid var(--line); background: var(--paper); color: inherit; }
button { background: var(--mark); border-color: var(--mark); color: var(--paper); cursor: pointer; }
form.inline { display: inline; }
article img, article video { max-width: 100%; height: auto; }
article table { width: auto; }
`;
