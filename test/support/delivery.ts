import type { Page } from 'playwright-core';
import { snippet } from './shopper.ts';
import { OK, type Storefront } from './storefront.ts';

/** The snippet on a page that reports nothing on its own. */
export const silentPage = () => snippet({ captures: 'data-attributes' });

/** Everything that reached the collector under this name, also what it knew already. */
export const sent = (shop: Storefront, name: string) =>
  shop.posts.flatMap(({ batch }) => batch).filter(({ type, event }) => (event ?? type) === name);
export const ids = (shop: Storefront, name: string) =>
  new Set(sent(shop, name).map(({ messageId }) => messageId));
/** How many messages the bodies that were accepted say are lost. */
export const reportedLost = (shop: Storefront) =>
  shop.posts
    .filter(({ reply }) => reply !== 'down' && reply.status === 200)
    .map(({ body }) => JSON.parse(body).lost as number);
export const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);

/** Holds the answers of the collector back until they are let go. */
export function holdAnswers(shop: Storefront): { letGo: () => void; started: () => number } {
  let letGo = () => {};
  let started = 0;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  shop.reply = async () => {
    started++;
    await held;
    return OK;
  };
  return { letGo, started: () => started };
}

export const trackAll = (page: Page, names: string[], properties: object = {}) =>
  page.evaluate(
    ([names, properties]) => {
      for (const name of names) window.storebeacon?.track(name, { ...properties });
    },
    [names, properties] as const,
  );
export const many = (count: number, name = 'Event') =>
  Array.from({ length: count }, (_, nth) => `${name} ${nth}`);
