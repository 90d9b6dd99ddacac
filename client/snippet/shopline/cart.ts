import type { Call, CreateCart } from '../api.ts';
import type { Thing } from '../thing.ts';
import { cartOf, isRefusal, isWholeCart, listOf } from './answers.ts';
import { linesIn, parse } from './bodies.ts';

const MAX_LINES = 50;
const GONE = /delete|remove|clear/;
const SETS = /^p(ut|atch)|change|update/;

/**
 * What cart requests mean: by their method, path and lines, and by what lay in the cart. A change whose direction is not
 * known is not reported. It is a file of its own, which is loaded by the first change.
 */
export const createCart: CreateCart = ({ read, toProduct, reportChange, keepCart }) => {
  /**
   * The cart's lines by variant. `at` is the number of the last request that set a quantity, `by` that of the last that
   * added to it. What was taken out has the quantity 0.
   */
  let lines: Record<string, Thing> = {};
  /** Whether these are all. */
  let isWhole = false;
  /** The variant of each line, where the order is known. A variant may have several lines. */
  let order: string[] = [];

  const readAll = (answer: Thing): Thing[] | undefined => listOf(answer)?.map(read);
  const byVariant = (some: Thing[] = []) => {
    const all: Record<string, Thing> = {};
    for (const line of some) {
      const { variant_id: id, quantity } = line;
      all[id] = { ...line, quantity: quantity + (all[id]?.quantity || 0) };
    }
    return all;
  };

  const keep = (some: Thing[] | undefined, answer?: Thing) => {
    const { currency, total_price } = cartOf(answer);
    const products: Thing[] | undefined = some
      ?.filter(({ quantity }) => quantity > 0)
      .slice(0, MAX_LINES)
      .map(({ at: _, by: __, ...line }) => toProduct({ currency, ...line }));
    // One that is none: that of Prototype.js, for all lists, would store this one as text.
    Object.assign(products || {}, { toJSON: 0 });
    const cart = products && {
      currency: products[0]?.currency || currency,
      // The total, with its discounts, is in the currency of the answer.
      value:
        total_price != null && !products.some((one) => one.currency !== (currency || one.currency))
          ? +total_price
          : products.reduce((sum, { value }) => sum + value, 0),
      products,
    };
    try {
      keepCart(cart);
    } catch {
      // Where storage is blocked, a checkout shows what it contains.
    }
    return cart;
  };

  const learn = (answer: Thing) => {
    const found = readAll(answer);
    if (!found) return undefined;
    lines = byVariant(found);
    order = found.map(({ variant_id }) => variant_id);
    isWhole = true;
    return keep(found, answer);
  };

  const change = ({ doing, query, body, at, isAlone, report }: Call, answer: Thing) => {
    const isGone = GONE.test(doing);
    const isSet = isGone || SETS.test(doing);
    const named = linesIn(parse(body) ?? parse(query));
    const asked = named
      ?.map((one) => ({ ...read(one), line: one?.line }))
      .filter(({ variant_id, line }: Thing) => variant_id || line);
    // Of a cart that is emptied, the body names no line.
    const isAll = isGone && !asked?.[0] && (!body || !named || /clear/.test(doing));
    const list = readAll(answer);
    const found = byVariant(list || [read(cartOf(answer))]);
    const hasCart = isAlone && list && isWholeCart(answer);

    for (const one of isAll ? Object.values(lines) : asked || []) {
      const id: string = one.line ? order[one.line - 1] : one.variant_id;
      if (!id) continue;
      lines[id] ||= { ...one, quantity: isWhole ? 0 : NaN };
      const line = lines[id];
      let wanted = isGone ? 0 : Math.max(0, one.quantity ?? (isSet ? NaN : 1));
      if (isSet && isAlone) wanted = found[id]?.quantity ?? (hasCart ? 0 : wanted);
      // Changed by a later request, answered earlier; or it is one for properties alone.
      if (line.at > at || (isSet && line.by > at) || !(wanted >= 0)) continue;
      let by = wanted;
      if (isSet) {
        // Without all lines it is not known which of two it was.
        if (!list && order.indexOf(id) < order.lastIndexOf(id)) line.quantity = NaN;
        by = wanted - line.quantity;
        // Whatever there was, it is gone.
        if (!wanted && !(by <= 0)) by = -Infinity;
        line.at = at;
        line.quantity = wanted;
      } else {
        if (/reduce/.test(doing)) by = -(Math.min(wanted, line.quantity) || wanted);
        line.by = at;
        line.quantity += by;
      }
      if (!line.quantity) order = order.filter((other) => other !== id);
      else if (!order.includes(id)) order = [];
      if (!by) continue;
      const quantity = by > -Infinity ? Math.abs(by) : undefined;
      const { currency } = cartOf(answer);
      const { at: _, by: __, line: ___, ...own } = { ...one, ...line, ...found[id] };
      const product = toProduct({ currency, ...own, quantity });
      reportChange('cart', by > 0 ? 'Product Added' : 'Product Removed', product, report);
    }
    if (isAll) isWhole = true;
    if (hasCart) learn(answer);
    else keep(isWhole ? Object.values(lines) : undefined);
  };

  return {
    show: (use) =>
      // As themes read it: in major units.
      fetch('/api/carts/ajax-cart')
        .then((answer) => answer.json())
        .catch(() => {})
        .then((answer) => use(learn(answer) || {})),
    follow(call) {
      const answer = parse(call.answer);
      if (isRefusal(answer)) return;
      if (call.doing !== 'get ') change(call, answer);
      else if (call.isAlone) learn(answer);
    },
  };
};
