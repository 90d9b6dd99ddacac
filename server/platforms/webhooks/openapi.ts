import { PLATFORMS } from '../registry.ts';

type Json = Record<string, unknown>;

const error = { $ref: '#/components/responses/Error' };

const answer = {
  type: 'object',
  required: ['success', 'accepted', 'duplicates'],
  properties: {
    success: { type: 'boolean' },
    accepted: { type: 'integer' },
    duplicates: { type: 'integer' },
  },
};

const operation = (operationId: string, summary: string, parameters: Json[]): Json => ({
  operationId,
  summary,
  description:
    'JSON, signed over the raw bytes. Answered 200 once it is stored, and also when it cannot be used.',
  security: [],
  parameters,
  requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
  responses: {
    200: {
      description: 'Stored, a duplicate, or unused.',
      content: { 'application/json': { schema: answer } },
    },
    ...Object.fromEntries([400, 401, 404, 413, 415, 503].map((status) => [status, error])),
  },
});

/** The webhook routes in `/openapi.json`. */
export const webhookPaths: Json = Object.fromEntries(
  PLATFORMS.map(({ name, webhook }) => {
    const parameters = webhook.headers.map(({ name, description, isOptional = false }) => ({
      name,
      in: 'header',
      required: !isOptional,
      description,
      schema: { type: 'string' },
    }));
    return [`/v1/webhooks/${name}`, { post: operation(`${name}Webhook`, webhook.summary, parameters) }];
  }),
);
