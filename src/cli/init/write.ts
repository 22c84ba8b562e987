import { Code, type Findings } from './findings.ts';

/** Keys of the configuration in the order of its reference. */
const SECTIONS = ['site', 'content', 'ids', 'feeds'];
const WIDTH = 110;

/** The text of a `tidings.config.ts` that says what was found, with where each part came from. */
export function configText(findings: Findings, heading: string): string {
  const lines = ['/**', ...heading.split('\n').map((line) => ` * ${line}`.trimEnd()), ' */', 'export default {'];
  for (const section of SECTIONS) {
    const taken = findings.taken.filter(({ key }) => key === section || key.startsWith(`${section}.`));
    const [whole] = taken.filter(({ key }) => key === section);
    if (whole) lines.push(`  // ${whole.from}`, `  ${section}: ${literal(whole.value, 2)},`);
    else if (taken.length > 0) {
      lines.push(`  ${section}: {`);
      for (const { key, value, from } of taken)
        lines.push(`    // ${from}`, `    ${key.slice(section.length + 1)}: ${literal(value, 4)},`);
      lines.push('  },');
    }
  }
  return `${lines.join('\n')}\n};\n`;
}

/** A value as TypeScript. */
function literal(value: unknown, indent: number): string {
  if (value instanceof Code) return value.text.replaceAll('\n', `\n${' '.repeat(indent)}`);
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const parts = Array.isArray(value)
    ? value.map((part) => literal(part, indent + 2))
    : Object.entries(value).map(([key, part]) => `${keyName(key)}: ${literal(part, indent + 2)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{ ', ' }'];
  const line = open + parts.join(', ') + close;
  if (indent + line.length <= WIDTH && !line.includes('\n')) return line;
  const space = ' '.repeat(indent);
  return `${open.trim()}\n${parts.map((part) => `${space}  ${part},`).join('\n')}\n${space}${close.trim()}`;
}

export const quoted = (text: string) =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;

const keyName = (key: string) => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key));

/** A table of what nothing explains, by path below the content folder, as code. */
export function table(known: Record<string, string>): string {
  const lines = Object.entries(known).map(([path, value]) => `    ${quoted(path)}: ${quoted(value)},`);
  return `{\n${lines.join('\n')}\n  }`;
}

/** The object that the configuration will be, for using it now. */
export function configInput(findings: Findings): Record<string, unknown> {
  const input: Record<string, Record<string, unknown> | unknown> = {};
  for (const { key, value } of findings.taken) {
    const plain = value instanceof Code ? value.value : value;
    const [section = '', name] = key.split('.');
    if (name === undefined) input[section] = plain;
    else input[section] = { ...(input[section] as object | undefined), [name]: plain };
  }
  return input;
}
