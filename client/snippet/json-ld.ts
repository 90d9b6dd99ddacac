import type { Properties } from './api.ts';
import { fromJson } from './json.ts';
import { read } from './json-ld/read.ts';

/** Reports what a page's schema.org data describes. The core loads this file once a page has such a script. */
window.storebeacon?.capture('json-ld', (report, tools) => {
  let product: Properties = {};
  tools.pageProduct = () => product;
  const parse = tools.guard((text: string) => fromJson(text || 'null'));
  tools.onJsonLd((texts, moment) => {
    for (const [event, properties] of read(texts.map((text) => parse(text)))) {
      if (event === 'Product Viewed') product = properties;
      report(event, properties, moment);
    }
  });
});
