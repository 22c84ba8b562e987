import type { Problem } from './article.ts';
import type { Fields, Parsed, Value } from './front-matter.ts';
import { isMistaken, repairYaml } from './repair.ts';
import { notAMapping, type SyntaxFault, syntaxProblem } from './syntax.ts';
import { loadYaml } from './yaml-loader.ts';

/** Values that aliases may unfold to, and characters: front matter has some dozen values, a bomb has billions. */
const MAX_VALUES = 20_000;
const MAX_CHARACTERS = 5_000_000;

/**
 * Reads YAML 1.2 with every scalar as its text, and mends what people write though YAML refuses it.
 *
 * @param line the file's line on which `text` begins
 */
export function parseYaml(text: string, line: number): Parsed {
  const warnings: Problem[] = [];
  let loaded = loadYaml(text);
  if ('error' in loaded || typeof loaded.value === 'string' || isMistaken(text)) {
    const conflict = /^(?:<{7}|>{7}|={7})(?: .*)?$/m.exec(text);
    if (conflict) {
      const reason = 'it holds a merge conflict that nobody resolved';
      return { problem: syntaxProblem('YAML', { reason, line: lineAt(text, conflict.index), column: 1 }, line) };
    }
    const first = 'error' in loaded ? loaded.error : { reason: 'it is a text', line: 1, column: 1 };
    const unsafe = unsafeTag(first);
    if (unsafe) return { problem: { ...unsafe, line: line + first.line - 1, column: first.column } };
    const mended = repairYaml(text);
    loaded = loadYaml(mended.text);
    if ('error' in loaded && loaded.error.reason === 'duplicated mapping key') {
      const { error } = loaded;
      mended.repairs.push({
        line: error.line,
        column: error.column,
        reason: 'this key stands here twice, and the last one counts',
        mend: mended.text.split('\n')[error.line - 1] ?? '',
      });
      loaded = loadYaml(mended.text, true);
    }
    if ('error' in loaded) return { problem: syntaxProblem('YAML', first, line) };
    for (const repair of mended.repairs.sort((a, b) => a.line - b.line)) {
      warnings.push({
        code: 'front-matter-repaired',
        message: `The front matter is not valid YAML: ${repair.reason}.`,
        line: line + repair.line - 1,
        column: repair.column,
        ...(repair.mend === undefined ? {} : { mend: repair.mend }),
      });
    }
  }
  const { value } = loaded;
  if (value === null) return { fields: new Map(), warnings };
  if (!(value instanceof Map)) return { problem: notAMapping(line) };
  if (!isModest(value)) {
    return {
      problem: {
        code: 'front-matter-unsafe',
        message: MEASURELESS,
        line,
      },
    };
  }
  return { fields: value as Fields, warnings };
}

const MEASURELESS =
  'This front matter holds, with its aliases unfolded, far more than an article can need. Leave out what is not about it.';

/** A tag that would make an object of a program; a lone word after `!` is only a text that was not quoted. */
function unsafeTag(error: SyntaxFault): Problem | null {
  if (/exceeded/.test(error.reason)) return { code: 'front-matter-unsafe', message: MEASURELESS };
  const tag = /^unknown \w+ tag !<(.*)>$/.exec(error.reason)?.[1];
  if (tag === undefined || /^!\p{L}*[^/:!]*$/u.test(tag)) return null;
  return {
    code: 'front-matter-unsafe',
    message: `The tag ${tag} is not read, since front matter is never run as code. Write the value as plain text.`,
  };
}

/** Whether the value, with its aliases unfolded, stays small. Each shared part is counted once and then remembered. */
function isModest(root: Value): boolean {
  const sizes = new Map<Value, { values: number; characters: number }>();
  const open = new Set<Value>();
  const measure = (value: Value): { values: number; characters: number } => {
    if (value === null || typeof value === 'string') return { values: 1, characters: value?.length ?? 0 };
    const known = sizes.get(value);
    if (known) return known;
    if (open.has(value)) return { values: Number.POSITIVE_INFINITY, characters: 0 };
    open.add(value);
    const sum = { values: 1, characters: 0 };
    const add = (part: Value) => {
      const size = measure(part);
      sum.values += size.values;
      sum.characters += size.characters;
    };
    if (Array.isArray(value)) value.forEach(add);
    else
      for (const [key, part] of value) {
        add(key as Value);
        add(part);
      }
    open.delete(value);
    sizes.set(value, sum);
    return sum;
  };
  const { values, characters } = measure(root);
  return values <= MAX_VALUES && characters <= MAX_CHARACTERS;
}

/** The line, from 1, of a place in a text. */
function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
