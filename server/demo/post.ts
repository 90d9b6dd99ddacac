import { type Http, NoAnswer } from '../lib/http-client.ts';
import type { SignedWebhook } from '../sandbox/webhooks.ts';

/** Posts a webhook to a path of the demo's collector. Returns the response status, or 0 without a response. */
export type Post = (path: string, webhook: SignedWebhook) => Promise<number>;

export function postTo(base: string, http: Http): Post {
  return async (path, { headers, body }) => {
    try {
      const { status } = await http({ method: 'POST', url: base + path, headers, body });
      return status;
    } catch (error) {
      if (error instanceof NoAnswer) return 0;
      throw error;
    }
  };
}
