import type { Action, Change, Properties, Storebeacon } from './api.ts';
import { SOURCES } from './data-layer/actions.ts';
import { toJson } from './json.ts';
import { loadPart } from './load-part.ts';
import { API, DEFER_MS, ONCE_PER_URL } from './rules.ts';
import type { Thing } from './thing.ts';

/** How long before or after it a change of the cart is the same action. */
const NEAR_MS = 2000;
/** How long a report waits for a better source; less than those of the core do. */
const WAIT_MS = 1000;
/** Until the cart's own report, which is deferred, has been made. */
const CART_MS = DEFER_MS + 1000;
const PAUSE_MS = 100;
/** What is no text of a report: a source that is marked so has not reported the action, and still may. */
const MAY = '-';
/** The sources that are better than markup, besides the shop's own calls; the data layer's are the last of them. */
const BETTER = [API, 'bus', 'analytics', 'theme', 'cart', 'cart-form', ...SOURCES];

/** Among `data-captures`. */
const MARKUP = 'data-attributes';

type Decide = (isLeaving?: unknown) => void;

/** Whether both are there and differ by more than rounding: 1 %, at least 0.01. */
const isOther = (one: Thing, other: Thing) =>
  Math.abs(one - other) > Math.max(0.01, Math.abs(other / 100)) + 1e-9;

/**
 * What SHOPLINE's cart contradicts in an addition or removal: its direction, or its price or currency. The cart showed the
 * same product, or nothing else. A shop may report SHOPLINE's ids, its own, or names alone.
 */
const contradiction = (changes: Change[], event: string, properties: Properties, at: number) => {
  const values = Object.values(properties);
  const near = changes.filter(([, changedAt]) => Math.abs(changedAt - at) < NEAR_MS);
  const same = near.filter(([, , , { product_id, variant_id, sku, name }]) =>
    [product_id, variant_id, sku, name].some((one) => one && values.includes(one)),
  );
  const about = same[0] ? same : near;
  if (!about[0] || !/^Product (Add|Remov)ed$/.test(event)) return undefined;
  const alike = about.filter(([what]) => what.startsWith(event));
  if (!alike[0]) return 'direction';
  const { price, currency } = properties as Thing;
  return alike.every(
    ([, , , other]) =>
      isOther(price, other.price) ||
      (currency && other.currency && `${currency}`.toUpperCase() !== `${other.currency}`.toUpperCase()),
  )
    ? 'price'
    : undefined;
};

/**
 * Reports of a less known source wait for a better one, which then is the first: those of the data layer for SHOPLINE's own
 * sources, on its pages; those of markup for both. Where SHOPLINE's cart contradicts them, they are not sent. While a report
 * waits, it is an action already for the sources that are less known. Loaded by `ecommerce.js`, and on SHOPLINE's pages with
 * markup, which is read from then on.
 */
const { capture, options } = window.storebeacon as Storebeacon;
capture('data-layer', (_report, tools) => {
  if (tools.resolve) return;
  const held = new Set<Decide>();
  const claims = new Set<Action>();
  const hold = (decide: Decide, ms: number) => {
    held.add(decide);
    setTimeout(() => held.delete(decide) && decide(), ms);
  };
  tools.watch((isLeaving) => {
    if (isLeaving) for (const decide of held) held.delete(decide) && decide(isLeaving);
  });

  tools.resolve = (source, report, event, properties, seen = tools.now()) => {
    const isLayer = SOURCES.includes(source);
    // Of an event that may repeat soon, the actions are also those of the next address.
    const actions = () => (ONCE_PER_URL.test(event) ? seen : tools.now()).actions;
    const at = +seen.timestamp;
    const by: Action[0] = {};
    const claim: Action = [by, event, at];
    let isLate: unknown;
    const decide: Decide = tools.guard((isLeaving) => {
      // After the better one, so that the debug panel can compare it with what was sent.
      if (!isLeaving && [...claims].some(([better, name]) => name === event && !better[source])) {
        hold(decide, PAUSE_MS);
        return;
      }
      const contradicted = contradiction(tools.changes || [], event, properties, at);
      if (contradicted && (isLeaving || contradicted === 'direction')) {
        claims.delete(claim);
        return report(event, properties, { ...seen, actions: [[{}, event, at]] });
      }
      if (contradicted && !isLate) {
        isLate = true;
        hold(decide, CART_MS);
        return;
      }
      claims.delete(claim);
      const all = actions();
      all.splice(all.indexOf(claim), 1);
      report(event, properties, { ...seen, actions: all });
      // What repeated the claim repeats the action.
      const text = toJson(properties);
      const own = all.filter(([reported, name]) => name === event && reported[source] === text).pop();
      for (const name in by) if (own && by[name] !== MAY) own[0][name] ??= by[name] as string;
    });
    if (isLayer && !(window as Thing).Shopline) return report(event, properties, seen);
    for (const name of [...BETTER, source]) by[name] = MAY;
    claims.add(claim);
    actions().push(claim);
    hold(decide, WAIT_MS);
  };

  let isMarked = !(window as Thing).Shopline || !(options.captures || MARKUP).includes(MARKUP);
  const look = () => {
    if (isMarked || !document.querySelector('[data-sb-event]')) return;
    isMarked = true;
    loadPart('markup');
  };
  tools.watch(look);
  look();
});
