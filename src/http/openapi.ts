import { toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import type { Home } from '../home.ts';
import type { Answer, Operation } from './operations.ts';

type Json = Record<string, unknown>;

/** RFC 9457, with the mistakes of a request that a schema refused. */
const PROBLEM: Json = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What to do about it.' },
    errors: {
      type: 'array',
      items: { type: 'object', properties: { field: { type: 'string' }, detail: { type: 'string' } } },
    },
  },
};

/** What `/api` takes and answers, as OpenAPI 3.1: from the schemas that check requests. */
export function openApi(home: Pick<Home, 'url' | 'config'>, list: Operation[]): Json {
  const paths: Record<string, Json> = {};
  for (const operation of list) {
    const path = `/api${pathOf(operation)}`;
    paths[path] = { ...paths[path], [operation.method]: described(operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: `${home.config.site.title}: Tidings`,
      version: '1',
      description: 'The interface for programs. Wrong requests are answered with problem+json (RFC 9457).',
    },
    servers: [{ url: home.url }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'The admin token.' } },
      schemas: { Problem: PROBLEM },
    },
  };
}

/** The path as OpenAPI writes it; the rest of one is the parameter `path`. */
export const pathOf = ({ path }: Pick<Operation, 'path'>) =>
  path
    .replace(/\/$/, '')
    .replace(/:(\w+)(?:\{[^}]*\})?/g, '{$1}')
    .replace(/\*$/, '{path}');

function described(operation: Operation): Json {
  const { method, path, summary, details, body, takes, answers } = operation;
  const content = body ? { 'application/json': { schema: schemaOf(body) } } : takes ? { [takes]: {} } : null;
  return {
    operationId: `${method}${pathOf(operation)
      .replace(/\W+(\w)/g, (_, letter: string) => letter.toUpperCase())
      .replace(/\W/g, '')}`,
    summary,
    ...(details && { description: details }),
    tags: [path.split('/')[1]],
    parameters: parametersOf(operation),
    ...(content && { requestBody: { required: body ? schemaNeeds(body) : true, content } }),
    responses: Object.fromEntries(
      Object.entries({ ...answers, ...USUAL, ...(takesInput(operation) && BAD) }).map(([status, answer]) => [
        status,
        answerOf(Number(status), answers[Number(status)] ?? answer),
      ]),
    ),
  };
}

const USUAL: Record<number, Answer> = { 401: { says: 'The admin token is missing or wrong' } };
const BAD: Record<number, Answer> = { 400: { says: 'Something in it is wrong: what, and what to write instead' } };

const takesInput = ({ query, body }: Operation) => query !== undefined || body !== undefined;

function answerOf(status: number, { says, schema, type }: Answer): Json {
  const content = schema
    ? { 'application/json': { schema: schemaOf(schema) } }
    : type
      ? { [type]: {} }
      : status >= 400
        ? { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
        : null;
  return { description: says, ...(content && { content }) };
}

function parametersOf({ path, params, query, headers = {} }: Operation): Json[] {
  const named = params ? propertiesOf(params) : {};
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: named[name] ?? { type: 'string' },
  }));
  const rest = path.endsWith('*')
    ? [{ name: 'path', in: 'path', required: true, schema: { type: 'string' }, description: 'May have slashes.' }]
    : [];
  const asked = Object.entries(query ? propertiesOf(query) : {}).map(([name, schema]) => ({
    name,
    in: 'query',
    schema,
  }));
  const sent = Object.entries(headers).map(([name, description]) => ({
    name,
    in: 'header',
    description,
    schema: { type: 'string' },
  }));
  return [...inPath, ...rest, ...asked, ...sent];
}

function propertiesOf(schema: v.GenericSchema): Record<string, Json> {
  return (schemaOf(schema).properties ?? {}) as Record<string, Json>;
}

/** What may be written; conversions that JSON Schema has no word for are left out. */
function schemaOf(schema: v.GenericSchema): Json {
  const { $schema, ...rest } = toJsonSchema(schema as never, { typeMode: 'input', errorMode: 'ignore' }) as Json;
  return rest;
}

/** Whether a body must be there. */
const schemaNeeds = (schema: v.GenericSchema) => schema.type !== 'optional';
