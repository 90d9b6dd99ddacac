import { createHmac } from 'node:crypto';

/**
 * The `sign` header of SHOPLINE's authorization calls, in lower-case hex.
 *
 * @param body of the request; empty when there is none.
 * @see https://developer.shopline.com/docs/apps/api-instructions-for-use/generate-and-verify-signatures (July 2026)
 */
export const sign = (body: string, timestampMs: number, appSecret: string): string =>
  createHmac('sha256', appSecret).update(`${body}${timestampMs}`).digest('hex');
