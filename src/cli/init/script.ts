import { dirname, join } from 'node:path/posix';
import { parse } from '@babel/parser';
import type { Data } from './data.ts';
import { isData } from './data.ts';

/** What a script computes while it runs; nobody runs it here. */
const UNKNOWN = Symbol('unknown');

/** Reads another script of the site by its path below the site's folder, without or with its ending. */
export type Load = (path: string) => { path: string; text: string } | null;

/** A node of Babel's tree, looked at by its type. */
interface Tree {
  type: string;
  [key: string]: unknown;
}

/** Names of a script, and what they are: known once they are asked for. */
type Scope = Map<string, () => unknown>;

/**
 * Reads what a JavaScript or TypeScript configuration exports, as far as it stands there in plain words: literals,
 * constants, constants of other files, and the object that a function returns. It is not run. Named exports are keys of
 * their own, `default` is the default export; where that is an object its keys are added.
 */
export function readScript(text: string, path: string, load: Load): Data {
  const exported = exportsOf(text, path, load, 0);
  const main = exported.default;
  return isData(main) ? { ...exported, ...main } : exported;
}

function exportsOf(text: string, path: string, load: Load, depth: number): Data {
  const plugins = [/\.[cm]?ts$/.test(path) ? 'typescript' : 'jsx'] as ('typescript' | 'jsx')[];
  let body: Tree[];
  try {
    const file = parse(text, {
      sourceType: 'unambiguous',
      allowReturnOutsideFunction: true,
      errorRecovery: true,
      plugins,
    });
    body = file.program.body as unknown as Tree[];
  } catch {
    return {};
  }
  const scope: Scope = new Map();
  const result: Data = {};
  const put = (name: string, value: unknown) => {
    if (value !== UNKNOWN) result[name] = value;
  };
  for (const statement of body) declare(statement, scope, path, load, depth);
  for (const statement of body) {
    if (statement.type === 'ExportDefaultDeclaration') put('default', returned(statement.declaration as Tree, scope));
    if (statement.type === 'ExportNamedDeclaration')
      for (const name of namesOf(statement.declaration as Tree | null)) put(name, scope.get(name)?.() ?? UNKNOWN);
    const assignment = statement.type === 'ExpressionStatement' ? (statement.expression as Tree) : null;
    if (assignment?.type === 'AssignmentExpression' && isModuleExports(assignment.left as Tree))
      put('default', returned(assignment.right as Tree, scope));
  }
  return result;
}

const isModuleExports = (tree: Tree) =>
  tree.type === 'MemberExpression' &&
  (tree.object as Tree).name === 'module' &&
  (tree.property as Tree).name === 'exports';

function namesOf(declaration: Tree | null): string[] {
  if (declaration?.type !== 'VariableDeclaration') return [];
  return (declaration.declarations as Tree[]).map((one) => String((one.id as Tree).name));
}

/** Remembers the constants of a statement, and what it imports from files of the site. */
function declare(statement: Tree, scope: Scope, path: string, load: Load, depth: number): void {
  const inner = statement.type === 'ExportNamedDeclaration' ? (statement.declaration as Tree | null) : statement;
  if (inner?.type === 'VariableDeclaration') {
    for (const { id, init } of inner.declarations as { id: Tree; init: Tree | null }[])
      if (id.type === 'Identifier' && init)
        scope.set(
          String(id.name),
          once(() => valued(init, scope)),
        );
  }
  if (inner?.type === 'FunctionDeclaration' && inner.id)
    scope.set(String((inner.id as Tree).name), () => returned(inner, scope));
  if (inner?.type !== 'ImportDeclaration' || depth > 3) return;
  const from = String((inner.source as Tree).value);
  if (!from.startsWith('.')) return;
  const found = load(join(dirname(path), from));
  if (!found) return;
  const other = once(() =>
    found.path.endsWith('.json')
      ? { default: JSON.parse(found.text) as unknown }
      : exportsOf(found.text, found.path, load, depth + 1),
  );
  for (const specifier of inner.specifiers as { type: string; local: Tree; imported?: Tree }[]) {
    const name = specifier.type === 'ImportDefaultSpecifier' ? 'default' : String(specifier.imported?.name ?? '');
    const whole = specifier.type === 'ImportNamespaceSpecifier';
    scope.set(String(specifier.local.name), () => {
      const all = other() as Data;
      return whole ? all : Object.hasOwn(all, name) ? all[name] : UNKNOWN;
    });
  }
}

/** A constant that is worked out once; one that needs itself is not known. */
function once(make: () => unknown): () => unknown {
  let state: 'fresh' | 'busy' | 'done' = 'fresh';
  let value: unknown = UNKNOWN;
  return () => {
    if (state === 'fresh') {
      state = 'busy';
      value = make();
      state = 'done';
    }
    return value;
  };
}

/** A value, or what a function returns at its end. */
function returned(tree: Tree, scope: Scope): unknown {
  if (!/Function(?:Declaration|Expression)$/.test(tree.type) && tree.type !== 'ArrowFunctionExpression')
    return valued(tree, scope);
  const body = tree.body as Tree;
  if (body.type !== 'BlockStatement') return valued(body, scope);
  const inside: Scope = new Map(scope);
  const statements = body.body as Tree[];
  for (const statement of statements) declare(statement, inside, '', () => null, 0);
  const last = statements.findLast(({ type }) => type === 'ReturnStatement')?.argument as Tree | undefined;
  return last ? valued(last, inside) : UNKNOWN;
}

function valued(tree: Tree, scope: Scope): unknown {
  switch (tree.type) {
    case 'StringLiteral':
    case 'NumericLiteral':
    case 'BooleanLiteral':
      return tree.value;
    case 'NullLiteral':
      return null;
    case 'TemplateLiteral':
      return template(tree, scope);
    case 'Identifier':
      return scope.get(String(tree.name))?.() ?? UNKNOWN;
    case 'ObjectExpression':
      return objectOf(tree.properties as Tree[], scope);
    case 'ArrayExpression':
      return (tree.elements as (Tree | null)[])
        .flatMap((element) => {
          if (element === null) return [];
          if (element.type !== 'SpreadElement') return [valued(element, scope)];
          const spread = valued(element.argument as Tree, scope);
          return Array.isArray(spread) ? spread : [];
        })
        .filter((value) => value !== UNKNOWN);
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'ParenthesizedExpression':
      return valued(tree.expression as Tree, scope);
    case 'CallExpression':
      // defineConfig({ … }) and its like hand on what they are given.
      return callOf(tree, scope);
    case 'MemberExpression':
      return memberOf(tree, scope);
    case 'BinaryExpression':
      return sum(tree, scope);
    case 'LogicalExpression':
      // process.env.URL || 'https://…': what is known.
      return either(valued(tree.left as Tree, scope), () => valued(tree.right as Tree, scope));
    case 'UnaryExpression':
      return tree.operator === '!' && typeof valued(tree.argument as Tree, scope) === 'boolean'
        ? !valued(tree.argument as Tree, scope)
        : UNKNOWN;
    default:
      return UNKNOWN;
  }
}

function template(tree: Tree, scope: Scope): unknown {
  const parts = (tree.expressions as Tree[]).map((part) => valued(part, scope));
  if (parts.some((part) => typeof part !== 'string' && typeof part !== 'number')) return UNKNOWN;
  const texts = (tree.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked);
  return texts.map((text, index) => `${text}${index < parts.length ? parts[index] : ''}`).join('');
}

function objectOf(properties: Tree[], scope: Scope): Data {
  const result: Data = {};
  for (const property of properties) {
    if (property.type === 'SpreadElement') {
      const spread = valued(property.argument as Tree, scope);
      if (isData(spread)) Object.assign(result, spread);
      continue;
    }
    if (property.computed || !property.key) continue;
    const { name, value } = property.key as Tree;
    const read = property.type === 'ObjectProperty' ? valued(property.value as Tree, scope) : UNKNOWN;
    if (read !== UNKNOWN)
      Object.defineProperty(result, String(name ?? value), {
        value: read,
        enumerable: true,
        writable: true,
        configurable: true,
      });
  }
  return result;
}

function callOf(tree: Tree, scope: Scope): unknown {
  const [first] = tree.arguments as Tree[];
  const callee = tree.callee as Tree;
  if (callee.type !== 'Identifier') return UNKNOWN;
  return first && /^define\w*Config$|^defineConfig$|^Object$/.test(String(callee.name))
    ? returned(first, scope)
    : UNKNOWN;
}

function memberOf(tree: Tree, scope: Scope): unknown {
  const object = valued(tree.object as Tree, scope);
  const property = tree.property as Tree;
  const key = tree.computed ? valued(property, scope) : property.name;
  return isData(object) && typeof key === 'string' && Object.hasOwn(object, key) ? object[key] : UNKNOWN;
}

function sum(tree: Tree, scope: Scope): unknown {
  if (tree.operator !== '+') return UNKNOWN;
  const [left, right] = [valued(tree.left as Tree, scope), valued(tree.right as Tree, scope)];
  return typeof left === 'string' && typeof right === 'string' ? left + right : UNKNOWN;
}

const either = (left: unknown, right: () => unknown) =>
  left === UNKNOWN || left === null || left === '' || left === false ? right() : left;
