// Prints the figures that the records in this folder give.
//
//   node docs/decisions/measure.mjs weights    bytes that a module adds to a Worker: bundled, minified, gzip -9
//   node docs/decisions/measure.mjs times      milliseconds of the third pass over the same texts
//
// Packages that Tidings does not use are installed into a folder of their own below the system's temporary one.
import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

const clone = resolve(import.meta.dirname, '../..');
const rivals = join(tmpdir(), 'tidings-rivals');
const RIVALS = `@xmldom/xmldom@0.9.12 drizzle-orm@0.45.4 fast-xml-parser@5.12.1 marked@18.2.1 rehype-parse@9.0.1
  rehype-raw@7.0.0 rehype-sanitize@6.0.0 rehype-stringify@10.0.1 remark-gfm@4.0.1 remark-parse@11.0.0
  remark-rehype@11.1.2 unified@11.0.5 yaml@2.9.1 zod@4.6.7`.split(/\s+/);

mkdirSync(rivals, { recursive: true });
execFileSync('npm', ['install', '--prefix', rivals, '--no-audit', '--no-fund', '--silent', ...RIVALS], {
  stdio: 'inherit',
});
const ours = createRequire(join(clone, 'package.json'));
const load = async (name) => import(pathToFileURL(createRequire(join(rivals, 'package.json')).resolve(name)).href);

/** Name, where its packages are, and a program that uses it. */
const PROGRAMS = [
  ['markdown-it', clone, `import M from 'markdown-it'; console.log(M({ html: true }).render('a'))`],
  ['marked', rivals, `import { marked } from 'marked'; console.log(marked.parse('a'))`],
  [
    'remark with gfm, rehype and raw HTML',
    rivals,
    `import { unified } from 'unified'; import parse from 'remark-parse'; import gfm from 'remark-gfm';
     import rehype from 'remark-rehype'; import raw from 'rehype-raw'; import stringify from 'rehype-stringify';
     console.log(unified().use(parse).use(gfm).use(rehype, { allowDangerousHtml: true }).use(raw).use(stringify).processSync('a'))`,
  ],
  ['sanitize-html', clone, `import s from 'sanitize-html'; console.log(s('a'))`],
  [
    'rehype-sanitize with parse and stringify',
    rivals,
    `import { unified } from 'unified'; import parse from 'rehype-parse'; import sanitize from 'rehype-sanitize';
     import stringify from 'rehype-stringify';
     console.log(unified().use(parse, { fragment: true }).use(sanitize).use(stringify).processSync('a'))`,
  ],
  ['js-yaml', clone, `import { load } from 'js-yaml'; console.log(load('a: 1'))`],
  ['yaml', rivals, `import { parse } from 'yaml'; console.log(parse('a: 1'))`],
  [
    'valibot with the whole schema',
    clone,
    `import * as v from 'valibot'; import { configSchema } from './src/config/schema.ts';
     console.log(v.safeParse(configSchema, {}))`,
  ],
  [
    'zod with a schema of one key',
    rivals,
    `import * as z from 'zod'; console.log(z.strictObject({ title: z.string().optional() }).safeParse({}))`,
  ],
  [
    'zod/mini with a schema of one key',
    rivals,
    `import * as z from 'zod/mini'; console.log(z.strictObject({ title: z.optional(z.string()) }).safeParse({}))`,
  ],
  [
    'drizzle-orm/d1 with one query',
    rivals,
    `import { drizzle } from 'drizzle-orm/d1'; import { eq } from 'drizzle-orm';
     import { sqliteTable, text } from 'drizzle-orm/sqlite-core'; const f = sqliteTable('f', { path: text() });
     export default (env) => drizzle(env.DB).select().from(f).where(eq(f.path, 'a'))`,
  ],
  [
    'xast: from XML, building, and src/feeds/tree.ts',
    clone,
    `import { element, serialize, written } from './src/feeds/tree.ts';
     console.log(serialize(written('<a/>')), element('a', {}))`,
  ],
  [
    '@xmldom/xmldom',
    rivals,
    `import { DOMParser, XMLSerializer } from '@xmldom/xmldom';
     console.log(new XMLSerializer().serializeToString(new DOMParser().parseFromString('<a/>', 'text/xml')))`,
  ],
  [
    'fast-xml-parser',
    rivals,
    `import { XMLParser, XMLBuilder } from 'fast-xml-parser';
     console.log(new XMLBuilder({ preserveOrder: true }).build(new XMLParser({ preserveOrder: true }).parse('<a/>')))`,
  ],
];

async function weights() {
  const esbuild = ours('esbuild');
  for (const [name, folder, contents] of PROGRAMS) {
    const { outputFiles } = await esbuild.build({
      stdin: { contents, resolveDir: folder, loader: 'ts' },
      bundle: true,
      minify: true,
      write: false,
      format: 'esm',
      platform: 'node',
    });
    const bytes = gzipSync(outputFiles[0].contents, { level: 9 }).byteLength;
    console.log(`${name.padEnd(44)} ${String(bytes).padStart(8)} bytes`);
  }
}

async function times() {
  const MarkdownIt = ours('markdown-it');
  const sanitizeHtml = ours('sanitize-html');
  const jsYaml = ours('js-yaml');
  const [{ marked }, { unified }, yaml] = [await load('marked'), await load('unified'), await load('yaml')];
  const plugin = async (name) => (await load(name)).default;

  // Texts that every clone has: the Markdown of its packages, and the front matter of the sample articles.
  const read = (pattern) => globSync(pattern, { cwd: clone }).map((file) => readFileSync(join(clone, file), 'utf8'));
  const markdown = read('node_modules/**/*.md');
  const heads = read('content/**/*.md').flatMap((text) => /^---\n(.*?)\n---\n/s.exec(text)?.[1] ?? []);
  const yamls = Array.from({ length: 300 }, () => heads).flat();
  console.log(
    `${markdown.length} Markdown files, ${markdown.join('').length} characters; ${yamls.length} front matters`,
  );

  const markdownIt = MarkdownIt({ html: true, linkify: true });
  const remark = unified()
    .use(await plugin('remark-parse'))
    .use(await plugin('remark-gfm'))
    .use(await plugin('remark-rehype'), { allowDangerousHtml: true })
    .use(await plugin('rehype-stringify'), { allowDangerousHtml: true });
  const rehype = unified()
    .use(await plugin('rehype-parse'), { fragment: true })
    .use(await plugin('rehype-sanitize'))
    .use(await plugin('rehype-stringify'));
  const html = markdown.map((text) => markdownIt.render(text));

  pass('markdown-it', markdown, (text) => markdownIt.render(text));
  pass('marked', markdown, (text) => marked.parse(text));
  pass('remark with gfm and rehype', markdown, (text) => String(remark.processSync(text)));
  pass('sanitize-html', html, (text) => sanitizeHtml(text));
  pass('rehype-sanitize', html, (text) => String(rehype.processSync(text)));
  pass('js-yaml', yamls, (text) => jsYaml.load(text));
  pass('yaml', yamls, (text) => yaml.parse(text));
}

function pass(name, texts, work) {
  let ms = 0;
  for (let round = 0; round < 3; round++) {
    const begin = performance.now();
    for (const text of texts) {
      try {
        work(text);
      } catch {
        // A text that it refuses costs time as well.
      }
    }
    ms = performance.now() - begin;
  }
  console.log(`${name.padEnd(44)} ${ms.toFixed(0).padStart(8)} ms`);
}

const what = { weights, times }[process.argv[2] ?? ''];
if (what) await what();
else {
  console.error('usage: node docs/decisions/measure.mjs weights|times');
  process.exitCode = 2;
}
