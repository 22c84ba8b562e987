import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { html } from 'hono/html';
import type { Home } from '../../home.ts';
import { basePath } from '../base.ts';
import { instant, type Markup, PAGE_HEADERS, page } from '../pages/layout.ts';
import { FALLBACK, type Words, wordsAccepted, wordsOf } from './words.ts';

/** Of every page of the dashboard: nothing of it is anybody else's, or any cache's. */
export const ADMIN_HEADERS = {
  ...PAGE_HEADERS,
  // Its script follows what happens.
  'Content-Security-Policy': `${PAGE_HEADERS['Content-Security-Policy']}; connect-src 'self'`,
  'Cache-Control': 'private, no-store',
  'X-Robots-Tag': 'noindex',
};

const LANGUAGE = 'tidings_language';
const YEAR_SECONDS = 31_536_000;

/** The parts of the dashboard, in the order in which they are named. */
export const PARTS = {
  overview: '/admin',
  articles: '/admin/articles',
  feeds: '/admin/feeds',
  subscribers: '/admin/subscribers',
  deliveries: '/admin/deliveries',
  partners: '/admin/partners',
  runs: '/admin/runs',
  system: '/admin/system',
} as const;

export type Part = keyof typeof PARTS;

/** What a page of the dashboard is made with. */
export interface Desk {
  home: Home;
  words: Words;
  /** The path of the server's public address, before each of its links. */
  base: string;
  /** An instant in the site's time zone; epoch milliseconds or ISO 8601. */
  when(at: number | string | null): Markup;
  /** Answers with a page. `follow`: it is shown anew when something was published. */
  show(
    part: Part,
    title: string,
    body: Markup,
    options?: { follow?: boolean; status?: 200 | 400 | 404 },
  ): Response | Promise<Response>;
  /** After a form: the page, which says what was done. */
  back(path: string, note: string): Response;
}

/** The desk of one request, in the language that the person chose, or whose browser asks for. */
export function deskOf(home: Home, c: Context): Desk {
  const words = chosenWords(home, c);
  const base = basePath(home);
  const { timezone } = home.config.site;
  return {
    home,
    words,
    base,
    when: (at) => {
      if (at === null) return html`<span class="soft">${words.never}</span>`;
      const iso = typeof at === 'number' ? new Date(at).toISOString() : at;
      return instant(iso, timezone, words.lang === 'en' ? 'en-GB' : words.lang);
    },
    show: (part, title, body, { follow = true, status = 200 } = {}) =>
      c.html(
        frame(home, words, part, title, body, { follow, note: c.req.query('note'), path: base + pathOf(c) }),
        status,
        ADMIN_HEADERS,
      ),
    back: (path, note) => c.redirect(`${base}${path}${path.includes('?') ? '&' : '?'}note=${note}`, 303),
  };
}

function chosenWords(home: Home, c: Context): Words {
  const asked = wordsOf(c.req.query('lang'));
  if (asked)
    setCookie(c, LANGUAGE, asked.lang, {
      path: `${basePath(home)}/admin`,
      sameSite: 'Strict',
      httpOnly: true,
      maxAge: YEAR_SECONDS,
    });
  return (
    asked ??
    wordsOf(getCookie(c, LANGUAGE)) ??
    wordsAccepted(c.req.header('accept-language')) ??
    wordsOf(home.config.site.language) ??
    FALLBACK
  );
}

function pathOf(c: Context): string {
  const url = new URL(c.req.url);
  url.searchParams.delete('lang');
  url.searchParams.delete('note');
  return url.pathname + url.search;
}

interface Around {
  follow: boolean;
  note: string | undefined;
  path: string;
}

function frame(home: Home, words: Words, current: Part, title: string, body: Markup, around: Around): Markup {
  const { site } = home.config;
  const base = basePath(home);
  const note = words.notes[around.note ?? ''];
  return document(
    base,
    words,
    `${title} · ${site.title}`,
    html`<div class="desk">
<nav aria-label="${words.nav}"><a class="brand" href="${base}/admin"><img src="${base}/icon.svg" alt="" width="24" height="24"><span>${site.title}</span></a>
${Object.entries(PARTS).map(
  ([part, path]) =>
    html`<a class="part" href="${base}${path}"${part === current ? html` aria-current="page"` : ''}>${words.pages[part as Part]}</a>
`,
)}<div class="end"><a href="${base}/">${words.site}</a><a href="${around.path}${around.path.includes('?') ? '&' : '?'}lang=${words.otherLang}" lang="${words.otherLang}" hreflang="${words.otherLang}">${words.other}</a>
<form method="post" action="${base}/admin/session/end"><button class="quiet">${words.signOut}</button></form></div></nav>
<main id="content" tabindex="-1"${around.follow ? html` data-follow` : ''}>
<div class="top"><h1>${title}</h1><span class="pulse" role="status" data-on="${words.live}" data-off="${words.stale}"></span></div>
${note ? html`<p class="note" role="status">${note}</p>` : ''}
${body}
</main></div>`,
  );
}

function document(base: string, words: Words, title: string, body: Markup): Markup {
  return page({
    base,
    title,
    lang: words.lang,
    head: html`<link rel="stylesheet" href="${base}/admin/style.css"><script src="${base}/admin/live.js" defer></script>`,
    body,
  });
}

/** Asks for the token. */
export function signInPage({ base, words }: Pick<Desk, 'base' | 'words'>, wrong: boolean): Markup {
  return document(
    base,
    words,
    `${words.signIn} · Tidings`,
    html`<main id="content" class="sign"><h1>${words.signIn}</h1>
<form method="post" action="${base}/admin/session" class="card">
${wrong ? html`<p class="bad" role="alert">${words.wrongToken}</p>` : ''}
<p><label for="token">${words.token}</label><br><input id="token" name="token" type="password" autocomplete="current-password" required autofocus></p>
<p class="soft">${words.tokenHint}</p>
<button>${words.signIn}</button>
</form></main>`,
  );
}

/** A table that scrolls by itself where the screen is narrow. */
export function table(label: string, heads: (string | { n: string })[], rows: Markup[]): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}"><table><thead><tr>${heads.map(
    (head) =>
      typeof head === 'string' ? html`<th scope="col">${head}</th>` : html`<th scope="col" class="n">${head.n}</th>`,
  )}</tr></thead><tbody>
${rows}</tbody></table></div>`;
}

/** A button that does something at once. */
export function action(path: string, label: string, values: Record<string, string> = {}, kind = 'quiet'): Markup {
  return html`<form method="post" action="${path}" class="inline">${Object.entries(values).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )}<button class="${kind}">${label}</button></form>`;
}

/** A word that stands out, by whether it is good news. */
export function pill(text: string, kind: 'good' | 'bad' | 'plain' = 'plain'): Markup {
  return html`<span class="pill${kind === 'plain' ? '' : ` ${kind}`}">${text}</span>`;
}

/** Fields of a form that was sent. */
export async function formOf(c: Context): Promise<Record<string, string>> {
  const form = await c.req.parseBody();
  return Object.fromEntries(
    Object.entries(form).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value.trim()]] : [])),
  );
}
