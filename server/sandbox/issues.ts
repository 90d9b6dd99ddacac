import type { z } from 'zod';

/** The first problem of a value. `field` is a dotted path without array indexes, as the APIs write it. */
export interface FieldIssue {
  field: string;
  message: string;
  /** The API's own code, when the rule carries one. */
  code: number | undefined;
}

/** The first problem of a value, or undefined when the schema accepts it. */
export function firstIssue(schema: z.ZodType, value: unknown): FieldIssue | undefined {
  const issue = schema.safeParse(value).error?.issues[0];
  if (!issue) return undefined;
  const unknownKeys = issue.code === 'unrecognized_keys' ? issue.keys : [];
  const path = [...issue.path, ...unknownKeys.slice(0, 1)];
  const code = issue.code === 'custom' ? issue.params?.code : undefined;
  return {
    field: path.filter((step) => typeof step === 'string').join('.'),
    message: unknownKeys.length > 0 ? 'unknown field' : issue.message,
    code: typeof code === 'number' ? code : undefined,
  };
}
