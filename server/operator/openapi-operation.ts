import type { z } from 'zod';
import type { ZodOpenApiOperationObject } from 'zod-openapi';

type Parameter = NonNullable<ZodOpenApiOperationObject['parameters']>[number];
type Content = Record<string, { schema: { type: 'string' | 'object' } }>;

/** One route of the operator's contract. */
export interface Operation {
  id: string;
  summary: string;
  path?: readonly Parameter[];
  query?: z.ZodObject;
  body?: z.ZodType;
  /** JSON; default any object. */
  answer?: z.ZodType;
  /** Other forms of the answer beside JSON. */
  also?: Content;
  /** In place of JSON. */
  content?: Content;
  /** Of a success; default 200. */
  status?: 204;
  /** Of refusals, beside 401, 403 and 429. */
  statuses?: readonly number[];
}

const error = { $ref: '#/components/responses/Error' };
const anyObject = { type: 'object' as const };

export function operation(described: Operation): ZodOpenApiOperationObject {
  const {
    id,
    summary,
    path = [],
    query,
    body,
    answer = anyObject,
    also,
    content,
    status = 200,
    statuses = [],
  } = described;
  const success = content ?? { 'application/json': { schema: answer }, ...also };
  return {
    operationId: id,
    summary,
    ...(path.length > 0 && { parameters: [...path] }),
    ...(query && { requestParams: { query } }),
    ...(body && { requestBody: { content: { 'application/json': { schema: body } } } }),
    responses: {
      [status]: { description: 'Done.', ...(status !== 204 && { content: success }) },
      ...Object.fromEntries([401, 403, 429, ...statuses].map((refusal) => [refusal, error])),
    },
  };
}

export const inPath = (name: string, description: string): Parameter => ({
  ...{ name, in: 'path' as const, required: true, description },
  schema: { type: 'string' as const },
});
