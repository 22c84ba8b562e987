import { type Context, Hono } from 'hono';
import * as v from 'valibot';
import { describe } from '../config/mistakes.ts';
import { problem } from './problem.ts';

/** What an operation may answer with one status. */
export interface Answer {
  says: string;
  /** Of a JSON body, which stays as the handler made it. */
  schema?: v.GenericSchema;
  /** Media type of a body that is no JSON. */
  type?: string;
}

/** Something that can be asked of `/api`: what checks a request is what describes it (`/openapi.json`). */
export interface Operation<
  Params extends v.GenericSchema = v.GenericSchema,
  Query extends v.GenericSchema = v.GenericSchema,
  Body extends v.GenericSchema = v.GenericSchema,
> {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As Hono writes it, `/runs/:id`; `*` for the rest of the path. */
  path: string;
  summary: string;
  details?: string;
  params?: Params;
  query?: Query;
  /** Of a JSON body; one that may be left out is undefined then. */
  body?: Body;
  /** Media type of a body that the handler reads itself. */
  takes?: string;
  /** Request headers that the handler looks at, and what for. */
  headers?: Record<string, string>;
  answers: Record<number, Answer>;
}

/** What of a request was checked. */
interface Given<Params extends v.GenericSchema, Query extends v.GenericSchema, Body extends v.GenericSchema> {
  params: v.InferOutput<Params>;
  query: v.InferOutput<Query>;
  body: v.InferOutput<Body>;
}

/** Routes with what they say of themselves. */
export interface Operations {
  app: Hono;
  list: Operation[];
  /** Adds an operation. A request that its schemas refuse never reaches the handler. */
  on<Params extends v.GenericSchema, Query extends v.GenericSchema, Body extends v.GenericSchema>(
    operation: Operation<Params, Query, Body>,
    handler: (c: Context, given: Given<Params, Query, Body>) => Response | Promise<Response>,
  ): void;
  /** Adds others below a path. */
  include(path: string, others: Operations): void;
}

/** Bytes of a JSON body; files and tables have operations of their own that read as a stream. */
const MAX_BODY = 1_000_000;

export function operations(): Operations {
  const app = new Hono();
  const list: Operation[] = [];
  return {
    app,
    list,
    on(operation, handler) {
      list.push(operation);
      app.on(operation.method.toUpperCase(), operation.path, async (c) => {
        const params = check(operation.params, c.req.param(), 'path');
        if (!params.ok) return problem(c, 404, 'Not Found', params.detail);
        const query = check(operation.query, c.req.query(), 'query');
        if (!query.ok) return refuse(c, query);
        const json = operation.body === undefined ? { ok: true as const, value: undefined } : await jsonOf(c);
        if (!json.ok) return problem(c, json.status, json.title, json.detail);
        const body = check(operation.body, json.value, 'body');
        if (!body.ok) return refuse(c, body);
        return handler(c, { params: params.value, query: query.value, body: body.value } as never);
      });
    },
    include(path, others) {
      app.route(path, others.app);
      const base = path === '/' ? '' : path;
      list.push(...others.list.map((one) => ({ ...one, path: base + (one.path === '/' ? '' : one.path) })));
    },
  };
}

type Checked = { ok: true; value: unknown } | { ok: false; detail: string; errors: Mistake[] };

/** A mistake and where it is (RFC 9457 section 3 has the like). */
interface Mistake {
  /** A key of the query or the body, `where.category`; empty when it is none. */
  field: string;
  detail: string;
}

function check(schema: v.GenericSchema | undefined, value: unknown, whole: string): Checked {
  if (!schema) return { ok: true, value: undefined };
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return { ok: true, value: parsed.output };
  const errors = parsed.issues.map((issue) => ({
    field: issue.path?.map((item) => String(item.key)).join('.') ?? '',
    detail: describe(issue, schema, whole),
  }));
  return { ok: false, detail: errors.map(({ detail }) => detail).join('\n'), errors };
}

function refuse(c: Context, { detail, errors }: { detail: string; errors: Mistake[] }): Response {
  return problem(c, 400, 'Bad Request', detail, { errors });
}

type Json = { ok: true; value: unknown } | { ok: false; status: 400 | 413; title: string; detail: string };

/** The JSON of a request, whatever it calls itself: `curl --data` names a form. Undefined where it has no body. */
async function jsonOf(c: Context): Promise<Json> {
  if (Number(c.req.header('content-length')) > MAX_BODY) return tooLarge;
  const text = await c.req.text();
  if (text.length > MAX_BODY) return tooLarge;
  if (text.trim() === '') return { ok: true, value: undefined };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    const detail = `The body is no JSON: ${error instanceof Error ? error.message : String(error)}`;
    return { ok: false, status: 400, title: 'Bad Request', detail };
  }
}

const tooLarge = {
  ok: false,
  status: 413,
  title: 'Content Too Large',
  detail: `A JSON body may have ${MAX_BODY} bytes.`,
} as const;

/** A whole number in a query or a path, up to a bound. */
export const wholeNumber = (max = Number.MAX_SAFE_INTEGER) =>
  v.pipe(
    v.string(),
    v.regex(/^\d{1,16}$/, 'must be a whole number'),
    v.transform(Number),
    v.maxValue(max, `must be ${max} or less`),
  );
