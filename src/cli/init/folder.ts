import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { articleFiles } from '../../articles/selection.ts';
import { resolveConfig } from '../../config/config.ts';
import { createFileSource } from '../../node/files.ts';
import { type Data, readJson, readToml, readYaml } from './data.ts';
import { readScript } from './script.ts';

/** A site's folder as `tidings init` looks at it. Nothing in it is run or changed. */
export interface SiteFolder {
  root: string;
  /** Paths below it of all files that may be articles. */
  articles: string[];
  has(path: string): boolean;
  /** The first of these that is there. */
  first(...paths: string[]): string | null;
  /** Null when it is not there. */
  text(path: string): string | null;
  /** Names in a folder below it; none when it is not there. */
  names(path: string): string[];
  /** What a configuration file says, by its ending: YAML, TOML, JSON, JavaScript or TypeScript. */
  data(path: string): Data;
  /** Whether package.json depends on it. */
  uses(dependency: string): boolean;
}

export async function openSite(root: string): Promise<SiteFolder> {
  const has = (path: string) => existsSync(join(root, path));
  const text = (path: string) =>
    has(path) && statSync(join(root, path)).isFile() ? readFileSync(join(root, path), 'utf8') : null;
  const data = (path: string): Data => {
    const source = text(path);
    if (source === null) return {};
    if (/\.ya?ml$/.test(path)) return readYaml(source, path);
    if (path.endsWith('.toml')) return readToml(source, path);
    if (path.endsWith('.json')) return readJson(source, path);
    return readScript(source, path, (relative) => {
      const found = [relative, ...['.ts', '.js', '.mjs', '/index.ts', '/index.js'].map((end) => relative + end)].find(
        (candidate) => text(candidate) !== null,
      );
      return found === undefined ? null : { path: found, text: text(found) ?? '' };
    });
  };
  const dependencies = has('package.json') ? data('package.json') : {};
  return {
    root,
    articles: await articlesIn(root),
    has,
    first: (...paths) => paths.find(has) ?? null,
    text,
    names: (path) =>
      has(path) && statSync(join(root, path)).isDirectory() ? readdirSync(join(root, path)).sort() : [],
    data,
    uses: (name) =>
      [dependencies.dependencies, dependencies.devDependencies].some(
        (list) => typeof list === 'object' && list !== null && Object.hasOwn(list, name),
      ),
  };
}

async function articlesIn(root: string): Promise<string[]> {
  const source = createFileSource(root);
  const isArticle = articleFiles(resolveConfig({}, 'http://localhost'));
  const paths: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await source.list({ cursor });
    paths.push(...page.files.map(({ path }) => path).filter(isArticle));
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined);
  return paths;
}
