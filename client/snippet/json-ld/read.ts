import type { Action, Capture, OnTexts, Properties, Storebeacon } from '../api.ts';
import type { Thing } from '../thing.ts';

/** The actions at one visit of a URL, and what was last reported of each event there. */
type Visit = Action[] & { reported?: Record<string, Properties> };

// The order of what follows is the one that compresses best.
/** Schema.org's names of what identifies a product, after ours; the best first. */
const IDS = 'product_id productGroupID productID inProductGroupWithID sku @id url';
const SAME = `${IDS} name`.split(' ');
/** The variant that an address names. */
const idOf = (urls: Thing) => /[?&](variant|sku)(_?id)?=([\w-]+)/i.exec(urls)?.[3];
/** Whether both are about one product: themes and apps describe it more than once. Another sku, URL or name is another product. */
const isSame = (one: Thing, other: Thing) =>
  SAME.some(
    (name) =>
      // biome-ignore lint/suspicious/noAssignInExpressions: ends the search; a loop is larger.
      one[name] && other[name] && (one[name] === other[name] || (/^[sun]/.test(name) && !(other = {}))),
  );
const MAX_PRODUCTS = 50;
/** Our property name, then its schema.org names. The first name that is there is used. */
const NAMES =
  `currency priceCurrency,${IDS},variant_id,sku,name,brand,category,image_url image,url,position,price lowPrice`.split(
    ',',
  );
/** An amount of which the currency does not decide what it is: `480`, `Rs. 1,299.00`, `129,00`, `1.299,00 €`, but not `1.299`. */
const USUAL = /^(Rs\.?)?[A-Z$£¥€₹\s]{0,4}(\d+|[\d,.]+[.,]\d\d?)[€\s]*([A-Z]{3})?$/;
const load = () =>
  document.head.append(
    Object.assign(document.createElement('script'), {
      src: `${(window.storebeacon as Storebeacon).options.base}/repair.js`,
    }),
  );
/** Named by the page's address, or else not sold out. */
const rank = ({ url, sku, availability }: Thing) =>
  2 * +[sku, idOf(url)].includes(idOf(location) || '') - +/Out|Sold|Disc/.test(availability);
/** As in `thing.ts`, but with 0. */
const list = (value: Thing): Thing[] => [].concat(value ?? []);
const byRank = (one: Thing, other: Thing) => rank(other) - rank(one);

/**
 * One product is a product page, an ItemList or several products are a list. What is rare is left to `repair.js`, which has
 * the texts read again: broken JSON, amounts that are not written in a usual way, several different products, orders, and
 * texts that earlier pages stored.
 */
export const start: Capture = (report, tools) => {
  const odd = new Set<Parameters<OnTexts>>();
  tools.odd = odd;
  tools.onTexts = (...found) => {
    const [texts, seen, key, isTaken] = found;
    const actions: Visit = seen.actions;
    // biome-ignore lint/suspicious/noAssignInExpressions: two statements are larger.
    const reported = (actions.reported ||= {});
    const things: Thing[] = [];
    const nodes: Record<string, Thing> = {};
    /** Its entries that are products, or only addresses; none of a menu, articles or other things. */
    const entriesOf = (shelf: Thing): Thing[] =>
      list(/ItemList/.test(shelf['@type']) && shelf.itemListElement)
        .map((entry) => {
          const item = entry.item || entry;
          return { ...entry, ...(item.trim ? { url: item } : resolve(item)) };
        })
        .filter((one) => /List|Prod/.test(one['@type']));
    /** With the price of its best offer. */
    const toProduct = (thing: Thing): Properties => {
      const [offer] = offersOf(thing);
      return translate({ variant_id: idOf([offer?.url, thing.url]), ...offer, ...thing });
    };
    /** What a reference by `@id` stands for. What has a type is itself: variants may share the `@id` of their product. */
    const resolve = (value: Thing): Thing => (value['@type'] ? value : nodes[value['@id'] || 0] || value);
    /** In our names. What the collector's contract would refuse is left out. */
    const translate = (thing: Thing): Properties => {
      const properties: Properties = {};
      const readValue = (name: string, value: Thing): unknown => {
        const [found] = list(value);
        if (found === Object(found)) {
          const thing = resolve(found);
          return readValue(
            name,
            thing['@value'] || thing.name || thing.url || thing.contentUrl || thing.value,
          );
        }
        // One entity is the text of an element that is in no document, so nothing is loaded or run.
        const text = `${found ?? ''}`.replace(
          /&#?\w+;/g,
          (entity) => Object.assign(document.createElement('textarea'), { innerHTML: entity }).value,
        );
        // Price or position.
        if (/i[ct]/.test(name)) {
          if (!text || found.toFixed) return found;
          const number = USUAL.exec(text)?.[2];
          return number
            ? +number.replace(/[.,](?=.*[.,])/g, '').replace(',', '.')
            : (tools.readAmount || onOdd)(text, properties.currency);
        }
        // biome-ignore lint/correctness/noEmptyCharacterClassInRegex: any character, also line ends.
        return text.match(/cy/.test(name) ? /^[a-z]{3}$/i : /^(?!data:)[^]{1,8192}$/i)?.[0];
      };
      for (const row of NAMES) {
        const names = row.split(' ');
        const [name] = names as [string];
        properties[name] = readValue(name, thing[names.find((one) => one in thing) as string]);
      }
      properties.value = properties.price;
      return properties;
    };
    /** Has these texts read again by `repair.js`. */
    const onOdd = () => {
      if (!odd.size) load();
      odd.add(found);
    };
    const emit = (event: string, properties: Thing, offers?: Thing) => {
      const last = reported[event];
      if (last && (last.product_id === properties.product_id || last.name === properties.name)) {
        // Data that is filled in later, or by another app, belongs to the same report.
        for (const name in properties) last[name] ??= properties[name];
        return;
      }
      reported[event] = properties;
      // Of a list, the currency alone.
      tools.pageProduct = () => ({
        currency: (offers || properties.products)[0]?.currency,
        ...properties,
        offers,
      });
      // For the other sources of this page it is reported.
      if (isTaken) actions.push([{}, event, +seen.timestamp]);
      else report(event, properties, { ...seen, messageId: key?.slice(-32) });
    };
    /** Each with its price, the best first. Those of variants and of several sellers are inside of others. */
    const offersOf = (thing: Thing, depth = 3): Thing[] =>
      list(thing.hasVariant || thing.offers)
        .flatMap((one) => {
          const offer = resolve(one);
          const prices = list(offer.priceSpecification);
          const inner = depth ? offersOf(offer, depth - 1) : [];
          // Not a price that is crossed out, for 100 g, for members, or of the delivery.
          const isOther = (price: Thing) =>
            /[^e]Price\b|SRP|Charge|eQ|Tier/.test(Object.entries(price) as unknown as string);
          return inner[0]
            ? inner.map((one) => ({ ...offer, ...one }))
            : { ...(prices.find((price) => !isOther(price)) || prices[0]), ...offer };
        })
        .sort(byRank);
    /** Collects every object in a script, including those nested in lists, `@graph` and `mainEntity`. */
    const walk = (value: Thing) => {
      for (const thing of list(value).flat(9)) {
        things.push(thing);
        nodes[thing['@id']] = { ...nodes[thing['@id']], ...thing };
        walk(thing['@graph']);
        walk(thing.mainEntity);
      }
    };

    for (const text of texts)
      try {
        // Without what is empty, and numbers that JavaScript cannot hold.
        walk(
          JSON.parse((tools.clean || String)(text) || '0', (_name, value) =>
            (value?.toFixed ? value < 9e15 : value) ? value : undefined,
          ),
        );
      } catch {
        onOdd();
      }
    const products: Thing[] = [];
    for (const thing of things
      .filter((one) => one.name && /Product(?!C)/.test(one['@type']))
      .slice(0, MAX_PRODUCTS)
      .sort(byRank)) {
      products.find((other) => isSame(thing, other) && Object.assign(other, { ...thing, ...other })) ||
        products.push(thing);
    }
    const shelf = things.find((one) => entriesOf(one)[0]) || {};
    const entries = entriesOf(shelf);
    const others = products.filter((one) => !entries.some((each) => isSame(one, each)));
    const chosen =
      others[1] || things.some((thing) => /\bOrder\b/.test(thing['@type']))
        ? (tools.choose || onOdd)(things, others, found, toProduct)
        : others;
    const shown = entries[0] ? entries : products;
    if (chosen?.[0]) emit('Product Viewed', toProduct(chosen[0]), offersOf(chosen[0]).map(translate));
    else if (chosen && shown[0]) {
      const { product_id: list_id, name: category } = translate(shelf);
      emit('Product List Viewed', {
        list_id,
        category,
        products: shown.slice(0, MAX_PRODUCTS).map(toProduct),
      });
    }
  };
  tools.onJsonLd(tools.onTexts);
  if (/_sb_j/.test(Object.keys(localStorage) as unknown as string)) load();
};
