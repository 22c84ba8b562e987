import type { Config } from '../../config/schema.ts';
import type { Article, Problem } from '../article.ts';

/** What a template of a body is replaced with, and what it is known by. */
export interface TemplateContext {
  readonly article: Article;
  readonly config: Config;
  /** Values that the body itself assigned. */
  readonly variables: Map<string, string>;
  /** The address of an article by its file's path or name; null when the name alone cannot tell it. */
  addressOf(target: string): string | null;
  /** Says once for each name that something was not understood. `offset` is a place in the body. */
  unknown(kind: TemplateKind, name: string, offset: number): void;
}

/** Languages of templates, as the publisher knows them. */
export type TemplateKind = 'tag' | 'output' | 'shortcode' | 'component' | 'expression';

const KINDS: Record<TemplateKind, string> = {
  tag: 'The tag {% NAME %}',
  output: 'The output {{ NAME }}',
  shortcode: 'The shortcode {{< NAME >}}',
  component: 'The component <NAME>',
  expression: 'The expression {NAME}',
};

/** Names that are told for one article at most; a body of nothing else must not fill the report. */
const MAX_TOLD = 20;

/** Collects what a body's templates left unsaid. */
export function templateContext(
  article: Article,
  config: Config,
  addressOf: (target: string) => string | null,
  problems: Problem[],
): TemplateContext {
  const told = new Set<string>();
  return {
    article,
    config,
    variables: new Map(),
    addressOf,
    unknown: (kind, name, offset) => {
      const short = name.trim().slice(0, 60);
      if (told.size >= MAX_TOLD || told.has(kind + short)) return;
      told.add(kind + short);
      problems.push({
        code: 'template-unknown',
        message: `${KINDS[kind].replace('NAME', () => short)} is not known here. The text inside it is kept, the rest is left out.`,
        line: article.bodyLine + article.body.slice(0, offset).split('\n').length - 1,
      });
    },
  };
}
