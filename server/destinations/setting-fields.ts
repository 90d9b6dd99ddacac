import { z } from 'zod';

/** Settings come from the environment, where an empty variable means "not set". */
const blankIsMissing = (value: unknown): unknown => {
  const trimmed = typeof value === 'string' ? value.trim() : value;
  return trimmed === '' ? undefined : trimmed;
};

/** Required text. `expected` is shown to the operator when it is missing or does not match. */
export const requiredText = (expected: string, pattern = /./) =>
  z.preprocess(blankIsMissing, z.string({ error: expected }).regex(pattern, expected));

/** Text, undefined when it is not set. */
export const optionalText = (expected = 'text') =>
  z.preprocess(blankIsMissing, z.string({ error: expected }).optional());

export const textOr = (fallback: string, expected: string, pattern = /./) =>
  z.preprocess(blankIsMissing, z.string({ error: expected }).regex(pattern, expected).default(fallback));

/** One of these values, undefined when it is not set. */
export const optionalOneOf = <const Values extends readonly [string, ...string[]]>(...values: Values) =>
  z.preprocess(blankIsMissing, z.enum(values, { error: `one of ${values.join(', ')}` }).optional());

/** The first value is the default. */
export const oneOf = <const Values extends readonly [string, ...string[]]>(...values: Values) =>
  optionalOneOf(...values).transform((value): Values[number] => value ?? values[0]);

/** Scheme, host and port of the API. A trailing slash is removed. */
export const endpoint = () =>
  z.preprocess(
    blankIsMissing,
    z
      .url({ protocol: /^https?$/, error: 'an address such as https://api.example' })
      .transform((url) => url.replace(/\/+$/, ''))
      .optional(),
  );

/** JSON text from the environment, or the value itself from a configuration file. */
export const json = <Schema extends z.ZodType>(schema: Schema, fallback: unknown, expected: string) =>
  z
    .preprocess(blankIsMissing, z.unknown())
    .transform((value, context) => {
      if (value === undefined) return fallback;
      if (typeof value !== 'string') return value;
      try {
        return JSON.parse(value) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: `JSON: ${expected}` });
        return z.NEVER;
      }
    })
    .pipe(schema);
