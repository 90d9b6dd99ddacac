import { COMMERCE_PROPERTIES } from '../../shared/commerce.ts';
import { isObject } from '../../shared/is-object.ts';
import { Id } from '../../shared/kinds.ts';
import type { Message } from '../../shared/message.ts';

/**
 * Names of ids in Segment's first commerce spec: its client for Go, and those made from it, have functions that still
 * write them, one of them misspelt.
 */
const FORMER_LINE_NAMES = { product_id: 'id', sku: 'sky' } as const;

type Properties = Record<string, unknown>;

/** Gives the ids of a commerce event that stand under their former names alone their names of today. */
export function readFormerNames(message: Message): void {
  if (message.type !== 'track' || !message.properties) return;
  const { event, properties } = message;
  if (properties.orderId !== undefined && has(event, 'order_id')) rename(properties, 'orderId', 'order_id');
  if (!has(event, 'products')) {
    if (has(event, 'product_id')) readLine(properties);
  } else if (Array.isArray(properties.products))
    for (const line of properties.products) if (isObject(line)) readLine(line);
}

const SHAPES: Readonly<Record<string, { in: { shape: object } }>> = COMMERCE_PROPERTIES;
const has = (event: string, field: string) =>
  Object.hasOwn(SHAPES, event) && field in (SHAPES[event]?.in.shape ?? {});

/** A line with an id of today uses `id` for something of its own. */
function readLine(line: Properties): void {
  if (line.id === undefined || (line.product_id ?? line.variant_id ?? line.sku) !== undefined) return;
  for (const [name, former] of Object.entries(FORMER_LINE_NAMES)) rename(line, former, name);
}

function rename(object: Properties, from: string, to: string): void {
  const read = object[to] === undefined ? Id.safeParse(object[from]) : undefined;
  if (read?.success && read.data !== undefined) object[to] = read.data;
}
