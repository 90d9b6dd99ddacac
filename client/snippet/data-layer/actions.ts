import type { Properties } from '../api.ts';
import type { Thing } from '../thing.ts';
import { describe } from './describe.ts';
import { toList } from './items.ts';

/** What reports: calls to `gtag`, pushes for Tag Manager, and those in the terms of Universal Analytics. */
export const SOURCES = ['gtag', 'data-layer', 'enhanced-ecommerce'];
/** The place of its source in the list. */
export type Reported = [source: number, event: string, properties: Properties];

/**
 * The reports of one action of enhanced ecommerce. A checkout starts with its first step.
 *
 * @param event of the action, here; undefined for other fields of `ecommerce`.
 * @param action what `ecommerce` says of it.
 */
export const readAction = (
  event: string | undefined,
  action: Thing,
  { currencyCode: currency }: Thing,
): Reported[] => {
  if (!event || action !== Object(action)) return [];
  const { actionField, promotions, products = actionField || promotions ? [] : action } = action;
  const parameters = { ...actionField, transaction_id: actionField?.id, currency };
  const name = parameters.step > 1 ? 'Checkout Step Viewed' : event;
  return toList(promotions || [parameters])
    .flatMap((around) => describe(name, products, [around]))
    .map((properties) => [2, name, properties]);
};
