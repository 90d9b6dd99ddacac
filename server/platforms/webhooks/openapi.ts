type Json = Record<string, unknown>;

const header = (name: string, description: string, required = true) => ({
  name,
  in: 'header',
  required,
  description,
  schema: { type: 'string' },
});
const refusal = { $ref: '#/components/responses/Error' };

function webhook(operationId: string, summary: string, parameters: Json[]): Json {
  return {
    post: {
      operationId,
      summary,
      description:
        'JSON, signed over the raw bytes. Answered 200 once it is stored, and also where nothing can be made of it.',
      security: [],
      parameters,
      requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
      responses: {
        200: {
          description: 'Stored, or known already, or of no use.',
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['success', 'accepted', 'duplicates'],
                properties: {
                  success: { type: 'boolean' },
                  accepted: { type: 'integer' },
                  duplicates: { type: 'integer' },
                },
              },
            },
          },
        },
        ...Object.fromEntries([400, 401, 404, 413, 415, 503].map((status) => [status, refusal])),
      },
    },
  };
}

/** What the contract at `/openapi.json` says of webhooks. */
export const webhookPaths: Json = {
  '/v1/webhooks/shopline': webhook(
    'shoplineWebhook',
    'Orders, refunds, checkouts and redactions from the shop.',
    [
      header('X-Shopline-Topic', 'For example orders/create.'),
      header('X-Shopline-Shop-Domain', 'Which shop: <handle>.myshopline.com.'),
      header('X-Shopline-Hmac-Sha256', 'HMAC-SHA256 of the body under the app secret, in hex or base64.'),
      header('X-Shopline-Webhook-Id', 'The same for every resend.', false),
    ],
  ),
  '/v1/webhooks/customerio': webhook('customerioWebhook', 'What became of messages.', [
    header('X-CIO-Timestamp', 'Unix seconds.'),
    header('X-CIO-Signature', 'HMAC-SHA256 of v0:<timestamp>:<body> under the signing key, in hex.'),
  ]),
};
