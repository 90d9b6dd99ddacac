import type { Change, Properties, Storebeacon } from './api.ts';

/** How long before or after it a change of the cart is the same action. */
const NEAR_MS = 2000;

/**
 * Whether SHOPLINE's cart changed the other way: it was the same product, or nothing else changed. A shop may push
 * SHOPLINE's ids, its own, or names alone.
 */
const isContradicted = (
  changes: Change[],
  event: string,
  properties: Properties,
  at: Date,
): boolean | undefined => {
  const values = Object.values(properties);
  const near = changes.filter(([, changedAt]) => Math.abs(changedAt - +at) < NEAR_MS);
  const same = near.filter(([, , , { product_id, variant_id, sku, name }]) =>
    [product_id, variant_id, sku, name].some((one) => one && values.includes(one)),
  );
  const about = same[0] ? same : near;
  return about[0] && !about.some(([what]) => what.startsWith(event));
};

/**
 * Additions and removals that the shop's data layer reports, on SHOPLINE: they wait for half a second to a second, for what
 * SHOPLINE's own cart shows, which knows what was in it before. Where that changed the other way, the report is a repeat,
 * which is not sent. It waits shorter than a report by the cart: of two that agree, the data layer's is sent. Loaded by
 * `ecommerce.js`.
 */
const { capture } = window.storebeacon as Storebeacon;
capture('data-layer', (_report, tools) => {
  /** What came since the last look, then what came before. */
  let held: (() => void)[][] = [[], []];
  tools.watch((isLeaving) => {
    const due = held;
    held = [[], isLeaving ? [] : due[0] || []];
    for (const decide of isLeaving ? due.flat() : due[1] || []) decide();
  });
  tools.resolve = (report, event, properties) => {
    const { changes } = tools;
    if (!changes || !/(Add|Remov)ed$/.test(event)) return report(event, properties);
    const seen = tools.now();
    const at = seen.timestamp;
    held[0]?.push(() => {
      if (isContradicted(changes, event, properties, at)) seen.actions = [[{}, event, +at]];
      report(event, properties, seen);
    });
  };
});
