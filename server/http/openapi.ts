import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { Alias, Group, Identify, Page, Screen, Track } from '../../shared/message.ts';
import { LIMITS, MESSAGE_TYPES } from '../../shared/names.ts';
import { EXAMPLES } from './openapi-examples.ts';
import { Answer, addCommerce, BatchBody, commerceSchemas, ErrorResponse } from './openapi-schemas.ts';

const BODIES = {
  batch: BatchBody,
  track: Track,
  page: Page,
  identify: Identify,
  screen: Screen,
  group: Group,
  alias: Alias,
};

/**
 * The HTTP API as an OpenAPI 3.1 document, generated from the schemas that validate requests.
 *
 * @param version of the program.
 * @param more paths that other modules serve.
 */
export function openApi(version: string, more: ZodOpenApiPathsObject = {}) {
  const document = {
    openapi: '3.1.0' as const,
    info: {
      title: 'Storebeacon collector',
      version,
      summary: 'Collects shop events: validates, hashes personal data, and stores durably before it answers.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    security: [{ writeKeyBasic: [] }, { writeKeyQuery: [] }, {}],
    paths: {
      '/v1/batch': {
        post: ingest(
          'batch',
          'Many messages in one request; context and integrations of the batch apply to each. Also: /v1/b, /v1/import.',
        ),
      },
      ...Object.fromEntries(
        MESSAGE_TYPES.map((type) => [
          `/v1/${type}`,
          { post: ingest(type, `One ${type} message; type may be omitted. Short form: /v1/${type[0]}.`) },
        ]),
      ),
      '/v1/m': {
        post: {
          operationId: 'telemetry',
          summary: 'SDK telemetry; ignored. It needs no key and has the limits of messages.',
          responses: { ...ok(), ...errors(400, 403, 413, 415, 429, 503) },
        },
      },
      '/v1/projects/{writeKey}/settings': {
        get: {
          operationId: 'settings',
          summary: 'Settings for browser SDKs: the API host to send to.',
          parameters: [inPath('writeKey')],
          responses: { ...ok('object'), ...errors(401, 403) },
        },
      },
      ...more,
      '/s.js': { get: snippet('snippet', 'The snippet; cached for five minutes.', []) },
      '/s/{version}.js': {
        get: snippet('snippetVersion', 'One version of the snippet; cached for a year.', ['version']),
      },
      '/healthz': { get: { operationId: 'health', summary: 'The process is running.', responses: ok() } },
      '/readyz': {
        get: {
          operationId: 'ready',
          summary: 'Events can be stored.',
          responses: { ...ok(), ...errors(503) },
        },
      },
      '/openapi.json': {
        get: { operationId: 'contract', summary: 'This document.', responses: ok('object') },
      },
    },
    components: {
      schemas: commerceSchemas(),
      responses: {
        Error: {
          description: 'The request was refused; nothing was stored.',
          content: { 'application/json': { schema: ErrorResponse } },
        },
      },
      securitySchemes: {
        writeKeyBasic: {
          type: 'http' as const,
          scheme: 'basic',
          description: 'User name: the write key. Password: empty.',
        },
        writeKeyQuery: { type: 'apiKey' as const, in: 'query' as const, name: 'writeKey' },
      },
    },
  };
  return createDocument(document, { override: addCommerce });
}

type Responses = ZodOpenApiOperationObject['responses'];

const ok = (type?: 'object'): Responses => ({
  200: { description: 'Success.', ...(type && { content: { 'application/json': { schema: { type } } } }) },
});
const errors = (...statuses: number[]): Responses =>
  Object.fromEntries(statuses.map((status) => [status, { $ref: '#/components/responses/Error' }]));

const inPath = (name: string) => ({
  name,
  in: 'path' as const,
  required: true,
  schema: { type: 'string' as const },
});

const snippet = (operationId: string, summary: string, parameters: string[]): ZodOpenApiOperationObject => ({
  operationId,
  summary,
  security: [],
  parameters: parameters.map(inPath),
  responses: {
    200: { description: 'JavaScript.', content: { 'text/javascript': { schema: { type: 'string' } } } },
    304: { description: 'Not modified.' },
  },
});

function ingest(operationId: keyof typeof BODIES, summary: string): ZodOpenApiOperationObject {
  return {
    operationId,
    summary,
    description:
      `JSON with any content type, optionally gzip; at most ${LIMITS.messageBytes} bytes per message, ` +
      `${LIMITS.requestBytes} bytes and ${LIMITS.messages} messages per request, after decompression. ` +
      'The schema says what is exact. A known field of another kind costs only itself: it is read as what it plainly means, else left out, and named in warnings.',
    parameters: [
      {
        name: 'X-Strict-Mode',
        in: 'header',
        schema: { type: 'string', enum: ['1'] },
        description:
          'With 1, one message that cannot be used and one known field that is not exact turn the response into 400, and nothing is stored.',
      },
    ],
    requestBody: {
      required: true,
      content: { 'application/json': { schema: BODIES[operationId], examples: EXAMPLES[operationId] } },
    },
    responses: {
      200: { description: 'Stored durably.', content: { 'application/json': { schema: Answer } } },
      ...errors(400, 401, 403, 413, 415, 429, 503),
    },
  };
}
