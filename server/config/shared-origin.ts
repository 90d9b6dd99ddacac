import type { Config } from './config.ts';

/** The origins of the shops' pages. */
export const pageOriginsOf = ({ shops }: Pick<Config, 'shops'>): ReadonlySet<string> =>
  new Set(shops.flatMap(({ origins }) => [...origins]));

/**
 * True where the operator's routes would have the origin of a shop's pages, and every script on them: `PUBLIC_URL` is
 * on a host of `ALLOWED_ORIGINS`, and there is no `ADMIN_PORT`.
 */
export function isOriginShared({
  publicUrl,
  adminPort,
  shops,
}: Pick<Config, 'publicUrl' | 'adminPort' | 'shops'>): boolean {
  const origin = publicUrl === undefined ? undefined : URL.parse(publicUrl)?.origin;
  return adminPort === undefined && origin !== undefined && pageOriginsOf({ shops }).has(origin);
}
