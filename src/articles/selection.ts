import picomatch from 'picomatch';
import type { Config } from '../config/schema.ts';

/** Folders that generators and their tools write, or that hold no articles of the site. */
const SKIPPED = new Set([
  'node_modules',
  'bower_components',
  'vendor',
  '.git',
  '.hg',
  '.svn',
  '.github',
  '.obsidian',
  '.trash',
  '.tidings',
  '.cache',
  '.jekyll-cache',
  '.docusaurus',
  '.astro',
  '.next',
  '_site',
  '_build',
  '_includes',
  '_layouts',
  '_templates',
  'archetypes',
  'scaffolds',
]);

/** Pages that list articles and are none: `_index.md` of Hugo and Zola. */
const LISTING = /(?:^|\/)_index(?:\.[\w-]+)?\.\w+$/;

/**
 * Which files of the content folder are articles: those that `content.include` names and `content.exclude` does not,
 * never what version control or a generator keeps for itself.
 */
export function articleFiles(config: Config): (path: string) => boolean {
  const options = { nocase: true, dot: false };
  const included = picomatch(config.content.include, options);
  const excluded =
    config.content.exclude.length > 0 ? picomatch(config.content.exclude, { ...options, dot: true }) : () => false;
  return (path) => {
    const name = path.normalize('NFC');
    return (
      !name
        .split('/')
        .slice(0, -1)
        .some((folder) => SKIPPED.has(folder)) &&
      !LISTING.test(name) &&
      included(name) &&
      !excluded(name)
    );
  };
}
