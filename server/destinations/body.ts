/** A JSON object whose last field is a list. The items are JSON text already, so that each is serialised once. */
export function bodyWith(fields: object, list: string, items: readonly string[]): string {
  const head = JSON.stringify(fields).slice(0, -1);
  const separator = head.length > 1 ? ',' : '';
  return `${head}${separator}${JSON.stringify(list)}:[${items.join(',')}]}`;
}
