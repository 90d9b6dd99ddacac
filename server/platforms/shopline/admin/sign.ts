import { createHmac } from 'node:crypto';

/**
 * What the header `sign` holds beside a body that is posted to SHOPLINE's authorization calls: lower-case hex.
 *
 * @param body as it is sent; empty where there is none.
 * @see https://developer.shopline.com/docs/apps/api-instructions-for-use/generate-and-verify-signatures (July 2026)
 */
export const sign = (body: string, timestampMs: number, appSecret: string): string =>
  createHmac('sha256', appSecret).update(`${body}${timestampMs}`).digest('hex');
