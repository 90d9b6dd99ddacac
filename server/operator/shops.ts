import type { Shop } from '../config/config.ts';
import { HttpError } from '../http/errors.ts';

/** The named shop, or all. @throws {HttpError} 404 for a shop that there is not. */
export function shopsOf<One extends Pick<Shop, 'id'>>(
  shops: readonly One[],
  wanted: string | undefined,
): readonly One[] {
  const found = shops.filter(({ id }) => wanted === undefined || id === wanted);
  if (found.length === 0) throw new HttpError(404, 'not-found', 'There is no shop with this id.');
  return found;
}

/** The named shop, or the only one. @throws {HttpError} 400 where one of several has to be named; 404 */
export function oneShop<One extends Pick<Shop, 'id'>>(
  shops: readonly One[],
  wanted: string | undefined,
): One {
  const [first, ...others] = shopsOf(shops, wanted);
  if (first && others.length === 0) return first;
  throw new HttpError(400, 'malformed-body', 'There are several shops; name one with ?shop=…');
}
