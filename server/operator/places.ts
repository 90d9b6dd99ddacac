import type { Config, Shop } from '../config/config.ts';
import { consumerName } from '../delivery/consumers.ts';
import { type Destination, titleOf } from '../destinations/destination.ts';
import { oneShop, shopsOf } from './shops.ts';

/** A destination of a shop, as it is configured. */
export interface Place {
  consumer: string;
  shop: Shop;
  destination: Destination;
  settings: unknown;
}

/** Consumers of the store by the names that operators use. */
export interface Places {
  /** In the order in which they are shown. */
  all: readonly Place[];
  /** Undefined for one that is not configured any more. */
  of(consumer: string): Place | undefined;
  find(shop: string, destination: string): Place | undefined;
  /** The destination's name, also of one that is not configured any more. */
  nameOf(consumer: string): string;
  titleOf(consumer: string): string;
  /** Consumers of a destination in one shop, or in all; the destination may be one of the past. */
  consumersOf(destination: string, shop: string | undefined): string[];
  /** @throws {HttpError} 404 for a shop that there is not. */
  shopsOf(shop: string | undefined): readonly Shop[];
  /** The named shop, or the only one. @throws {HttpError} 400 where one of several has to be named; 404 */
  oneShop(shop: string | undefined): Shop;
}

/** What is shown where one shop is asked for: its own, and what is of no shop. */
export const inShop =
  (wanted: string | undefined) =>
  ({ shop }: { shop?: string | undefined }): boolean =>
    wanted === undefined || shop === undefined || shop === wanted;

export function createPlaces({ shops }: Pick<Config, 'shops'>): Places {
  const all = shops.flatMap((shop) =>
    shop.destinations.map(({ destination, settings }) => ({
      consumer: consumerName(shop.id, destination.name),
      ...{ shop, destination, settings },
    })),
  );
  const byConsumer = new Map(all.map((place) => [place.consumer, place]));
  const nameOf = (consumer: string) =>
    byConsumer.get(consumer)?.destination.name ?? consumer.slice(0, consumer.indexOf('@'));
  return {
    all,
    of: (consumer) => byConsumer.get(consumer),
    find: (shop, destination) => byConsumer.get(consumerName(shop, destination)),
    nameOf,
    titleOf(consumer) {
      const place = byConsumer.get(consumer);
      return place ? titleOf(place.destination) : nameOf(consumer);
    },
    consumersOf: (destination, shop) => shopsOf(shops, shop).map(({ id }) => consumerName(id, destination)),
    shopsOf: (wanted) => shopsOf(shops, wanted),
    oneShop: (wanted) => oneShop(shops, wanted),
  };
}
