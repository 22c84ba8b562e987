import { configSchema, whereSchema } from '../../src/config/schema.ts';

/** As far as the reference looks into a schema. */
interface Schema {
  type: string;
  wrapped?: Schema;
  default?: unknown;
  entries?: Record<string, Schema>;
  item?: Schema;
  key?: Schema;
  value?: Schema;
  options?: (Schema | string)[];
  pipe?: { type: string; title?: string; metadata?: { description?: string; otherwise?: string }; pipe?: unknown[] }[];
}

const CONFIG: unknown = configSchema;
const WHERE: unknown = whereSchema;

/** `docs/configuration.md` with its tables of keys as the schema has them; everything else is written by hand. */
export function withTables(page: string): string {
  const named = new Set([...page.matchAll(/^#+ `([\w.]+)`$/gm)].map(([, name = '']) => name));
  return page
    .split(/^(?=#+ )/m)
    .map((section) => {
      const name = /^#+ `([\w.]+)`$/m.exec(section)?.[1];
      const entries = name === undefined ? undefined : objectOf(schemaAt(name))?.entries;
      if (name === undefined || entries === undefined) return section;
      return section.replace(/^\| key .*\n(?:\|.*\n)+/m, () => table(rows(name, entries, '', named)));
    })
    .join('');
}

/** Headings that a page must have: one for each key that is a section of its own. */
export const sections = () => Object.keys((CONFIG as Schema).entries ?? {});

function schemaAt(name: string): Schema | undefined {
  if (name === 'where') return WHERE as Schema;
  let schema: Schema | undefined = CONFIG as Schema;
  for (const key of name.split('.')) schema = objectOf(schema)?.entries?.[key];
  return schema;
}

const unwrapped = (schema: Schema): Schema => (schema.wrapped ? unwrapped(schema.wrapped) : schema);

/** The object that a schema is, or is a list of. */
function objectOf(schema: Schema | undefined): Schema | undefined {
  const inner = schema === undefined ? undefined : unwrapped(schema);
  return inner?.type === 'array' ? objectOf(inner.item) : inner;
}

/** A row for each key; keys of small objects, which have no heading of their own, stand beneath that of their object. */
function rows(section: string, entries: Record<string, Schema>, before: string, named: Set<string>): string[][] {
  return Object.entries(entries).flatMap(([key, schema]) => {
    const name = `${before}${key}`;
    const { description = '', otherwise } = saidOf(schema);
    const inner = objectOf(schema);
    const below = titleOf(schema) === undefined && inner?.type === 'strict_object' ? inner.entries : undefined;
    const heading = named.has(`${section}.${name}`) ? `${section}.${name}` : undefined;
    const list = unwrapped(schema).type === 'array';
    const type = heading
      ? `${list ? 'list of [objects]' : '[object]'}(#${heading.replaceAll('.', '')})`
      : typeOf(schema);
    const without = below && !list && schema.default !== undefined ? '' : (otherwise ?? leftOut(schema));
    const own = [`\`${name}\``, description, type, without];
    return below && !heading ? [own, ...rows(section, below, `${name}${list ? '[]' : ''}.`, named)] : [own];
  });
}

function saidOf(schema: Schema): { description?: string; otherwise?: string } {
  const inner = unwrapped(schema);
  return Object.assign({}, ...(inner.pipe ?? []).map(({ metadata }) => metadata ?? {}));
}

/** What the value is called, where it has a name. */
function titleOf(schema: Schema): string | undefined {
  const titles = (pipe: Schema['pipe'] = []): string[] =>
    pipe.flatMap((step) => [
      ...(step.pipe && step.pipe !== pipe ? titles(step.pipe as Schema['pipe']) : []),
      ...(step.type === 'title' && step.title ? [step.title] : []),
    ]);
  return titles(unwrapped(schema).pipe).at(-1);
}

function typeOf(given: Schema | string): string {
  if (typeof given === 'string') return `\`'${given}'\``;
  const title = titleOf(given);
  if (title === 'where') return '[`where`](#where)';
  if (title !== undefined) return title;
  const schema = unwrapped(given);
  switch (schema.type) {
    case 'string':
      return 'text';
    case 'boolean':
      return '`true` or `false`';
    case 'picklist':
    case 'union': {
      const options = (schema.options ?? []).map(typeOf);
      return [options.slice(0, -1).join(', '), options.at(-1)].join(' or ');
    }
    case 'array':
      return `list of ${typeOf(schema.item ?? '').replace(/^(?:address|object)/, (one) => (one === 'object' ? 'objects' : 'addresses'))}`;
    case 'record':
      return `\`{ ${typeOf(schema.key ?? '')}: ${typeOf(schema.value ?? '')} }\``;
    case 'strict_object':
      return 'object';
    default:
      throw new Error(`the reference has no words for ${schema.type}; give the value a title`);
  }
}

/** The value that counts where the key is left out. */
function leftOut(schema: Schema): string {
  const { default: value } = schema;
  if (schema.type !== 'optional') return 'has to be there';
  const named = (one: unknown) => (typeof one === 'number' ? one.toLocaleString('en') : `\`${one}\``);
  if (value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)) return 'none';
  if (Array.isArray(value)) return value.map(named).join(', ');
  if (typeof value === 'string') return `\`'${value}'\``;
  const wait = typeof value === 'number' && titleOf(schema) === 'seconds' ? time(value) : '';
  return named(value) + wait;
}

function time(seconds: number): string {
  const [size, unit] = seconds < 3600 ? [60, 'minutes'] : seconds < 86_400 ? [3600, 'hours'] : [86_400, 'days'];
  return ` (${(seconds / Number(size)).toLocaleString('en')} ${unit})`;
}

function table(cells: string[][]): string {
  const lines = [['key', 'what', 'type', 'left out'], ['---', '---', '---', '---'], ...cells];
  return lines.map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`).join('');
}
