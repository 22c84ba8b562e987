import * as v from 'valibot';

/**
 * What the reference says of a key: what it is and, where it has no value when it is left out, what then counts. Its type
 * and its default stand in the schema itself.
 */
export type Said = { readonly description: string; readonly otherwise?: string };

const told = <S extends v.GenericSchema>(schema: S, said: Said) =>
  v.pipe(schema, v.metadata<v.InferOutput<S>, Said>(said));

type Told<S extends v.GenericSchema> = ReturnType<typeof told<S>>;

/** A key that has to be there. */
export const required = <S extends v.GenericSchema>(description: string, schema: S) => told(schema, { description });

/** A key that may be left out. */
export const optional = <S extends v.GenericSchema>(description: string, schema: S, otherwise = 'none') =>
  v.optional(told(schema, { description, otherwise }));

/** A key that has a value when it is left out. */
export const defaulted = <S extends v.GenericSchema, const D extends v.InferInput<S>>(
  description: string,
  schema: S,
  value: D,
): v.OptionalSchema<Told<S>, D> => v.optional(told(schema, { description }), value);

/** Keys that belong together; left out, each has what it has when it is left out itself. */
export const section = <E extends v.ObjectEntries>(description: string, entries: E) => {
  const schema = v.strictObject(entries);
  return defaulted(description, schema, {} as v.InferInput<typeof schema>);
};
