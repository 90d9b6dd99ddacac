import type { Properties } from '../api.ts';

/**
 * What an element's markup says: the properties of the closest `data-sb-product`, then those of the element's own
 * `data-sb-<property>`, as text; dashes become underscores.
 *
 * @param path the element and what it is in, through shadow roots.
 */
export const read = (
  path: HTMLElement[],
  parse: (text: string) => Properties | undefined,
): [event: string, properties: Properties] => {
  const own: Record<string, string> = {};
  for (const { name, value } of (path[0] as Element).attributes) {
    const [, property] = name.split('data-sb-');
    if (property) own[property.replace(/-/g, '_')] = value;
  }
  const { event, on: _on, product: _product, ...properties } = own;
  const product = path.find(({ dataset }) => dataset?.sbProduct)?.dataset.sbProduct;
  return [event as string, { ...(product && parse(product)), ...properties }];
};
