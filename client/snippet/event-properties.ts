import type { z } from 'zod';
import type * as commerce from '../../shared/commerce.ts';
import type { EventName } from '../../shared/names.ts';

/**
 * The properties that the collector accepts for each ecommerce event. Types only: the schemas stay out of the bundle,
 * and the build writes the types out as plain TypeScript.
 */
export type EventProperties = {
  [Name in EventName]: z.input<(typeof commerce.COMMERCE_PROPERTIES)[Name]>;
};
export type Product = z.input<typeof commerce.Product>;
export type Order = z.input<typeof commerce.Order>;
export type { EventName };
