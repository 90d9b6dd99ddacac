import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi';
import { PLATFORMS } from '../registry.ts';

const error = { $ref: '#/components/responses/Error' };

const answer = {
  type: 'object' as const,
  required: ['success', 'accepted', 'duplicates'],
  properties: {
    success: { type: 'boolean' as const },
    accepted: { type: 'integer' as const },
    duplicates: { type: 'integer' as const },
  },
};

const operation = (
  operationId: string,
  summary: string,
  parameters: NonNullable<ZodOpenApiOperationObject['parameters']>,
): ZodOpenApiOperationObject => ({
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
export const webhookPaths: ZodOpenApiPathsObject = Object.fromEntries(
  PLATFORMS.map(({ name, webhook }) => {
    const parameters = webhook.headers.map(({ name, description, isOptional = false }) => ({
      name,
      in: 'header' as const,
      required: !isOptional,
      description,
      schema: { type: 'string' as const },
    }));
    return [`/v1/webhooks/${name}`, { post: operation(`${name}Webhook`, webhook.summary, parameters) }];
  }),
);
