import type { RequestHandler } from 'express';
import type { Config } from '../config/config.ts';
import type { Admission } from '../http/admission.ts';
import { HttpError } from '../http/errors.ts';
import { keysInHead } from '../http/write-key.ts';

/**
 * The settings that Segment's browser SDKs and those derived from them request first. The answer makes this collector
 * their API host.
 *
 * Pages receive one integration only: with two, these SDKs also fetch a script loader from the same host and fail
 * without it. Segment's own browser SDK needs this address as `cdnSettings`.
 */
export function browserSettings(
  config: Config,
  { admit }: Pick<Admission, 'admit'>,
): RequestHandler<{ writeKey: string }> {
  return (request, response) => {
    const { queryValues } = keysInHead(request);
    const { shop } = admit({ inUrl: request.params.writeKey, queryValues }, request);
    const address = config.publicUrl ?? `${request.protocol}://${request.get('host')}`;
    if (!URL.canParse(address)) throw new HttpError(400, 'malformed-body', 'The Host header is invalid.');
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
