import type { RequestHandler } from 'express';
import type { Config } from '../config/config.ts';
import { Refusal } from '../http/errors.ts';
import { findShop } from '../http/write-key.ts';

/**
 * What the browser SDKs of Segment's family ask first: where to send. The answer points back here, so that changing
 * one address moves a whole shop.
 *
 * A page is told of one integration only: as soon as there are two, these SDKs fetch a loader for vendors' scripts
 * from the same address, and fail without it. Segment’s own browser SDK must be given its address as `cdnSettings`.
 */
export function browserSettings(config: Config): RequestHandler<{ writeKey: string }> {
  return (request, response) => {
    const shop = findShop(config.shops, request.params.writeKey, request.get('origin'));
    const address = config.publicUrl ?? `${request.protocol}://${request.get('host')}`;
    if (!URL.canParse(address)) throw new Refusal(400, 'malformed-body', 'The Host header is no address.');
    const base = new URL(address);
    const target = {
      apiKey: shop.writeKey,
      apiHost: `${base.host}${base.pathname.replace(/\/$/, '')}/v1`,
      protocol: base.protocol.slice(0, -1),
    };
    const isPage = request.get('origin') !== undefined;
    response.json({
      integrations: { 'Customer.io Data Pipelines': target, ...(!isPage && { 'Segment.io': target }) },
    });
  };
}
