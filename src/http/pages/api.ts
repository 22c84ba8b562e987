import { html } from 'hono/html';
import { pathOf } from '../openapi.ts';
import type { Operation } from '../operations.ts';
import { type Markup, page } from './layout.ts';
import { bar, type SiteFrame } from './parts.ts';

type Json = { [key: string]: unknown };

/** The interface for programs as a page: every operation, what it takes and what it answers. */
export function apiPage(site: SiteFrame, list: Operation[], description: Json): Markup {
  const paths = description.paths as Record<string, Record<string, Described>>;
  const nouns = [...new Set(list.map(({ path }) => path.split('/')[1] ?? ''))];
  return page({
    base: site.base,
    title: `Interface for programs · ${site.title}`,
    lang: 'en',
    body: html`${bar(site)}
<header><h1>Interface for programs</h1>
<p class="lead">Every request needs the admin token: <code>Authorization: Bearer TOKEN</code>. What is wrong with a request is
told as problem+json (RFC 9457). The same as <a href="${site.base}/openapi.json">OpenAPI 3.1</a>.</p></header>
<main id="content">
<ul class="chips">${nouns.map((noun) => html`<li><a href="#${noun}">${noun}</a></li>`)}</ul>
${nouns.map(
  (noun) => html`<section><h2 id="${noun}">${noun}</h2>
${list
  .filter(({ path }) => path.split('/')[1] === noun)
  .map((one) => {
    const path = `/api${pathOf(one)}`;
    return operation(one, path, paths[path]?.[one.method]);
  })}</section>
`,
)}
</main>`,
  });
}

interface Described {
  parameters: { name: string; in: string; description?: string; schema: Json }[];
  requestBody?: { content: Record<string, { schema?: Json }> };
  responses: Record<string, { description: string; content?: Record<string, { schema?: Json }> }>;
}

function operation({ method, summary, details }: Operation, path: string, described: Described | undefined): Markup {
  if (!described) return html``;
  const { parameters, requestBody, responses } = described;
  return html`<section class="card">
<h3><code>${method.toUpperCase()} ${path}</code></h3>
<p>${summary}${summary.endsWith('.') ? '' : '.'}${details ? html` ${details}` : ''}</p>
${
  parameters.length === 0
    ? ''
    : html`<div class="scroll" tabindex="0"><table><thead><tr><th>parameter</th><th>in</th><th>is</th></tr></thead><tbody>
${parameters.map((one) => html`<tr><td><code>${one.name}</code></td><td>${one.in}</td><td>${one.description ?? kindOf(one.schema)}</td></tr>`)}
</tbody></table></div>`
}
${requestBody ? contents('Body', requestBody.content) : ''}
<div class="scroll" tabindex="0"><table><thead><tr><th>status</th><th>means</th></tr></thead><tbody>
${Object.entries(responses).map(([status, { description }]) => html`<tr><td class="n">${status}</td><td>${description}</td></tr>`)}
</tbody></table></div>
${Object.entries(responses)
  .filter(([status]) => status < '300')
  .map(([status, { content }]) => (content ? contents(`Answer ${status}`, content) : ''))}
</section>
`;
}

function contents(title: string, content: Record<string, { schema?: Json }>): Markup {
  return html`${Object.entries(content).map(([type, { schema }]) =>
    schema
      ? html`<details><summary>${title} (${type})</summary><pre tabindex="0"><code>${JSON.stringify(schema, null, 2)}</code></pre></details>`
      : html`<p>${title}: <code>${type}</code></p>`,
  )}`;
}

function kindOf(schema: Json): string {
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(', ');
  return typeof schema.type === 'string' ? schema.type : '';
}
