import { z } from 'zod';
import { COMMERCE_PROPERTIES, Order, Product } from '../../shared/commerce.ts';
import {
  Alias,
  Batch,
  Context,
  Group,
  Identify,
  Message,
  Page,
  Screen,
  Track,
} from '../../shared/message.ts';
import { LIMITS, MESSAGE_TYPES } from '../../shared/names.ts';
import { EXAMPLES } from './openapi-examples.ts';

type Json = Record<string, unknown>;

/**
 * The HTTP contract as OpenAPI 3.1, generated from the schemas that judge every request: what it says is what is
 * checked.
 *
 * @param version of the program.
 * @param more paths of other rooms.
 */
export function openApi(version: string, more: Json = {}): Json {
  const schemas = componentSchemas();
  return {
    openapi: '3.1.0',
    info: {
      title: 'Storebeacon collector',
      version,
      summary: 'Shop events: validated, hashed, stored before they are answered.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    security: [{ writeKeyBasic: [] }, { writeKeyQuery: [] }, {}],
    paths: {
      '/v1/batch': {
        post: ingestOperation(
          'batch',
          'Batch',
          'Many messages at once; what the root says counts once for each. Short form: /v1/b.',
        ),
      },
      ...Object.fromEntries(
        MESSAGE_TYPES.map((type) => [
          `/v1/${type}`,
          {
            post: ingestOperation(
              type,
              capital(type),
              `One ${type} message; type may be missing. Short form: /v1/${type[0]}.`,
            ),
          },
        ]),
      ),
      '/v1/m': {
        post: { operationId: 'telemetry', summary: 'SDK telemetry, ignored.', responses: { 200: ok() } },
      },
      '/v1/projects/{writeKey}/settings': {
        get: {
          operationId: 'settings',
          summary: 'What the browser SDKs ask first: where to send.',
          parameters: [inPath('writeKey')],
          responses: { 200: ok('object'), 401: refusal(), 403: refusal() },
        },
      },
      ...more,
      '/s.js': { get: snippetOperation('snippet', 'The snippet; asked for again every few minutes.', []) },
      '/s/{version}.js': {
        get: snippetOperation('snippetVersion', 'The snippet of one version; kept for a year.', ['version']),
      },
      '/healthz': { get: { operationId: 'health', summary: 'The process lives.', responses: { 200: ok() } } },
      '/readyz': {
        get: {
          operationId: 'ready',
          summary: 'Events can be stored.',
          responses: { 200: ok(), 503: refusal() },
        },
      },
      '/openapi.json': {
        get: { operationId: 'contract', summary: 'This document.', responses: { 200: ok('object') } },
      },
    },
    components: {
      schemas,
      responses: {
        Error: {
          description: 'Nothing was stored.',
          content: json({ $ref: '#/components/schemas/Error' }),
        },
      },
      securitySchemes: {
        writeKeyBasic: {
          type: 'http',
          scheme: 'basic',
          description: 'User name: the write key. Password: empty.',
        },
        writeKeyQuery: { type: 'apiKey', in: 'query', name: 'writeKey' },
      },
    },
  };
}

function componentSchemas(): Json {
  const registry = z.registry<{ id: string }>();
  const named = { Product, Order, Context, Track, Page, Screen, Identify, Group, Alias, Message, Batch };
  for (const [id, schema] of Object.entries(named)) registry.add(schema as z.ZodType, { id });
  for (const [event, schema] of Object.entries(COMMERCE_PROPERTIES)) {
    if (!registry.has(schema)) registry.add(schema as z.ZodType, { id: propertiesId(event) });
  }
  const { schemas } = z.toJSONSchema(registry, {
    io: 'input',
    uri: (id) => `#/components/schemas/${id}`,
    unrepresentable: 'any',
  });
  for (const schema of Object.values(schemas)) {
    delete schema.$schema;
    delete schema.$id;
  }
  const track = schemas.Track as Json;
  track.allOf = Object.entries(COMMERCE_PROPERTIES).map(([event, schema]) => ({
    if: { properties: { event: { const: event } } },
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own keyword
    then: { properties: { properties: { $ref: `#/components/schemas/${registry.get(schema)?.id}` } } },
  }));
  return { ...schemas, Answer: ANSWER, Error: ERROR };
}

const propertiesId = (event: string) => `${event.replaceAll(' ', '')}Properties`;
const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
const json = (schema: Json) => ({ 'application/json': { schema } });
const ok = (type?: string) => ({ description: 'Done.', ...(type && { content: json({ type }) }) });
const refusal = () => ({ $ref: '#/components/responses/Error' });

const inPath = (name: string) => ({ name, in: 'path', required: true, schema: { type: 'string' } });

const snippetOperation = (operationId: string, summary: string, parameters: string[]): Json => ({
  operationId,
  summary,
  security: [],
  parameters: parameters.map(inPath),
  responses: {
    200: { description: 'JavaScript.', content: { 'text/javascript': { schema: { type: 'string' } } } },
    304: { description: 'What you have is current.' },
  },
});

function ingestOperation(operationId: keyof typeof EXAMPLES, schema: string, summary: string): Json {
  return {
    operationId,
    summary,
    description:
      `JSON whatever the content type says, gzip allowed; at most ${LIMITS.messageBytes} bytes a message, ` +
      `${LIMITS.requestBytes} bytes and ${LIMITS.messages} messages a request.`,
    parameters: [
      {
        name: 'X-Strict-Mode',
        in: 'header',
        schema: { type: 'string', enum: ['1'] },
        description: 'Any rejected message turns the answer into 400 and stores nothing.',
      },
    ],
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: { $ref: `#/components/schemas/${schema}` },
          examples: EXAMPLES[operationId],
        },
      },
    },
    responses: {
      200: { description: 'Stored durably.', content: json({ $ref: '#/components/schemas/Answer' }) },
      ...Object.fromEntries([400, 401, 403, 413, 415, 429, 503].map((status) => [status, refusal()])),
    },
  };
}

const ANSWER: Json = {
  type: 'object',
  required: ['success', 'accepted', 'duplicates', 'rejected'],
  properties: {
    success: { type: 'boolean', description: 'False only when every message was rejected.' },
    accepted: {
      type: 'integer',
      description: 'Messages on disk when this answer left, duplicates included.',
    },
    duplicates: { type: 'integer' },
    rejected: {
      type: 'array',
      items: {
        type: 'object',
        required: ['index', 'issues'],
        properties: {
          index: { type: 'integer' },
          messageId: { type: 'string' },
          issues: {
            type: 'array',
            items: {
              type: 'object',
              properties: { path: { type: 'string' }, code: { type: 'string' }, message: { type: 'string' } },
            },
          },
        },
      },
    },
  },
};

const ERROR: Json = {
  type: 'object',
  required: ['code', 'message', 'meta'],
  properties: {
    code: { type: 'string' },
    message: { type: 'string' },
    meta: { type: 'object', properties: { errors: { type: 'array', items: { type: 'string' } } } },
  },
};
