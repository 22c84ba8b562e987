import { defineScalarTag, FAILSAFE_SCHEMA, load, mergeTag, NOT_RESOLVED, realMapTag, YAMLException } from 'js-yaml';
import type { Value } from './front-matter.ts';
import type { SyntaxFault } from './syntax.ts';

/** `Null` is a title, `null` is nothing. */
const nothing = defineScalarTag<null>('tag:yaml.org,2002:null', {
  implicit: true,
  implicitFirstChars: ['', '~', 'n'],
  resolve: (source) => (source === '' || source === '~' || source === 'null' ? null : NOT_RESOLVED),
  identify: () => false,
});

/** `!!int 5` and its like: the text is kept here too. */
const asText = ['int', 'float', 'bool', 'timestamp', 'binary'].map((name) =>
  defineScalarTag<string>(`tag:yaml.org,2002:${name}`, { resolve: (source) => source, identify: () => false }),
);

const SCHEMA = FAILSAFE_SCHEMA.withTags(realMapTag, mergeTag, nothing, asText);

/** One reading, with nothing mended. */
export function loadYaml(text: string, duplicates = false): { value: Value } | { error: SyntaxFault } {
  try {
    if (/^\s*(#[^\n]*\s*)*$/.test(text)) return { value: new Map() };
    return { value: load(text, { schema: SCHEMA, json: duplicates, maxDepth: 50, maxAliases: 1000 }) as Value };
  } catch (error) {
    if (!(error instanceof YAMLException)) return { error: { reason: 'it cannot be read', line: 1, column: 1 } };
    return {
      error: { reason: error.reason, line: (error.mark?.line ?? 0) + 1, column: (error.mark?.column ?? 0) + 1 },
    };
  }
}
