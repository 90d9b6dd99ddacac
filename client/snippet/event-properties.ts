import type { z } from 'zod';
import type * as commerce from '../../shared/commerce.ts';
import type { EventName } from '../../shared/names.ts';

/**
 * What the collector takes for each ecommerce event. Only types: the schemas stay out of the bundle, and the build
 * writes them out in plain TypeScript, so that a shop needs none of these files.
 */
export type EventProperties = {
  [Name in EventName]: z.input<(typeof commerce.COMMERCE_PROPERTIES)[Name]>;
};
export type Product = z.input<typeof commerce.Product>;
export type Order = z.input<typeof commerce.Order>;
export type { EventName };
