import { astro } from './astro.ts';
import { docusaurus } from './docusaurus.ts';
import { eleventy } from './eleventy.ts';
import type { SiteFolder } from './folder.ts';
import type { Generator } from './generator.ts';
import { hexo } from './hexo.ts';
import { hugo } from './hugo.ts';
import { jekyll } from './jekyll.ts';
import { nikola } from './nikola.ts';
import { pelican } from './pelican.ts';
import { plain } from './plain.ts';
import { zola } from './zola.ts';

/** Those whose file is theirs alone come first; `_config.yml` is Hexo's and Jekyll's, `config.toml` Zola's and Hugo's. */
const GENERATORS: Generator[] = [docusaurus, astro, eleventy, pelican, nikola, zola, hugo, hexo, jekyll];

/** Whose site a folder is, and by what that was seen. */
export function generatorOf(site: SiteFolder): { generator: Generator; by: string } {
  for (const generator of GENERATORS) {
    const by = generator.recognize(site);
    if (by !== null) return { generator, by };
  }
  for (const generator of GENERATORS) {
    const by = generator.resembles?.(site) ?? null;
    if (by !== null) return { generator, by };
  }
  return { generator: plain, by: 'no configuration of a known generator' };
}
