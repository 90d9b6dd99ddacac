import { readAmount } from './amount.ts';
import { choose } from './repair/choose.ts';
import { clean } from './repair/clean.ts';
import { reportOrder } from './repair/order.ts';
import { readStored } from './repair/stored.ts';

/** Reads the rare schema.org data that `json-ld.js` cannot read by itself, which loads this file then. */
window.storebeacon?.capture('json-ld', (report, tools) => {
  const { odd = [], onTexts } = tools;
  Object.assign(tools, {
    clean,
    readAmount,
    choose: ((things, products, found, toProduct) => {
      reportOrder(things, found, toProduct, report);
      return choose(things, products, found[1].page, tools.guard);
    }) satisfies typeof tools.choose,
  });
  for (const found of [...odd]) onTexts?.(...found);
  readStored(tools);
});
