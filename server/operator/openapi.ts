import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { ErrorResponse } from '../http/openapi-schemas.ts';

type Parameters = NonNullable<ZodOpenApiOperationObject['parameters']>;

const error = { $ref: '#/components/responses/Error' };
const object = { 'application/json': { schema: { type: 'object' as const } } };
const inPath = (name: string, description: string): Parameters[number] => ({
  ...{ name, in: 'path' as const, required: true, description },
  schema: { type: 'string' as const },
});
const shop: Parameters[number] = {
  ...{ name: 'shop', in: 'query' as const, description: 'One shop; default: all of them.' },
  schema: { type: 'string' as const },
};
const person = inPath(
  'id',
  'A user id, an anonymous id, or the SHA-256 (hex) of an email, trimmed and in lower case, or of a phone number as `+886912345678`. A clear email or phone number is refused: paths are logged.',
);

const operation = (
  operationId: string,
  summary: string,
  parameters: Parameters = [],
  statuses: readonly number[] = [],
  requestBody?: ZodOpenApiOperationObject['requestBody'],
): ZodOpenApiOperationObject => ({
  operationId,
  summary,
  parameters,
  ...(requestBody && { requestBody }),
  responses: {
    200: { description: 'Done.', content: object },
    ...Object.fromEntries([401, 403, ...statuses].map((status) => [status, error])),
  },
});

const ids = { type: 'array' as const, items: { type: 'string' as const }, maxItems: 10_000 };
const named = {
  content: {
    'application/json': { schema: { type: 'object' as const, properties: { ids, browsers: ids } } },
  },
};

const PATHS: ZodOpenApiPathsObject = {
  '/admin/status': {
    get: operation('status', 'Queues, breakers, counters, and how the log syncs.'),
  },
  '/admin/dead-letters': { get: operation('deadLetters', 'Dead letters, newest first.', [], [400]) },
  '/admin/dead-letters/replay': { post: operation('replay', 'Requeues dead letters.', [], [400]) },
  '/admin/dead-letters/discard': { post: operation('discard', 'Deletes dead letters.', [], [400]) },
  '/admin/visitors/{id}': {
    get: operation(
      'visitor',
      'The consent records of a person, each with its history: what was said, when, and by which voice.',
      [person, shop],
      [400, 404],
    ),
    delete: operation(
      'eraseVisitor',
      'Erases a person; the body may name more ids of theirs, in clear if need be, and browsers that an answer listed as claimed.',
      [person, shop],
      [400, 404],
      named,
    ),
  },
  '/admin/visitors/{id}/export': {
    get: operation(
      'exportVisitor',
      'Everything held of a person: what an erasure of the same id would remove.',
      [person, shop],
      [400, 404],
    ),
    post: operation(
      'exportNamedVisitor',
      'The same; the body may name more ids of theirs, in clear if need be.',
      [person, shop],
      [400, 404],
      named,
    ),
  },
  '/admin/redactions': {
    get: operation('redactions', 'Erasures that shop systems asked for, newest first.', [shop], [400]),
  },
  '/admin/redactions/{id}/confirm': {
    post: operation(
      'confirmRedaction',
      'Carries it out now.',
      [inPath('id', 'Of the list.')],
      [400, 404, 409],
    ),
  },
  '/admin/redactions/{id}/cancel': {
    post: operation('cancelRedaction', 'Calls it off.', [inPath('id', 'Of the list.')], [400, 404, 409]),
  },
  '/admin/statistics': { get: operation('statistics', 'All totals.', [shop], [404]) },
  '/admin/statistics/sync': { post: operation('sync', 'Reports them to SHOPLINE now.', [shop], [404]) },
  '/admin/marketing-costs': {
    put: operation('costs', 'Spend by day, as CSV or JSON.', [shop], [400, 404, 413]),
  },
};

/** The operator's routes as an OpenAPI 3.1 document. */
export const adminOpenApi = (version: string) =>
  createDocument({
    openapi: '3.1.0',
    info: { title: 'Storebeacon operator', version, license: { name: 'MIT', identifier: 'MIT' } },
    security: [{ adminToken: [] }],
    paths: PATHS,
    components: {
      responses: {
        Error: {
          description: 'The request was refused.',
          content: { 'application/json': { schema: ErrorResponse } },
        },
      },
      securitySchemes: { adminToken: { type: 'http', scheme: 'bearer', description: 'ADMIN_TOKEN' } },
    },
  });
