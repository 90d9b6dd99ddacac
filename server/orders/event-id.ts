/** Of fewer characters a name may be the end of another order's. */
const SHORTEST_SUFFIX = 4;

/**
 * The id under which ad platforms know an order: what the first mirrored pixel called it, where that is the order's own.
 *
 * @param names what trusted voices call it.
 * @param pixelIds what mirrored pixels called it, by proof, the first first.
 */
export const eventIdOfOrder = (
  canonicalId: string,
  names: readonly string[],
  pixelIds: readonly string[],
): string => pixelIds.find((id) => isOwn(id, names)) ?? `order:${canonicalId}`;

/**
 * False for the id of another order: a page that names the next order's number in its own would take the id, and the ad
 * platform would take the next order for a copy. A prefix of the page's own is no other order: `TW-1001`.
 */
function isOwn(eventId: string, names: readonly string[]): boolean {
  const [, name] = /^order:(.*)$/s.exec(eventId) ?? [];
  if (name === undefined) return true;
  return names.some((own) => name === own || (own.length >= SHORTEST_SUFFIX && isPrefixed(name, own)));
}

const isPrefixed = (name: string, own: string): boolean =>
  name.endsWith(own) && /[^\p{L}\p{N}]$/u.test(name.slice(0, -own.length));
