/** The words for a key; a key that this version does not know is shown as it is, or as the collector describes it. */
export const wordFor = (known: Readonly<Record<string, string>>, key: string, otherwise = key): string =>
  Object.hasOwn(known, key) ? (known[key] ?? otherwise) : otherwise;
