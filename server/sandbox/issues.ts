import type { z } from 'zod';

/** What is wrong first, and in which field: a dotted path without array indexes, as the APIs word it. */
export interface FieldIssue {
  field: string;
  message: string;
  /** The API's own code, when the rule carries one. */
  code: number | undefined;
}

/** The first thing wrong with a value, or undefined when the schema takes it. */
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
