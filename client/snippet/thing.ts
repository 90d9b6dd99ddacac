// biome-ignore lint/suspicious/noExplicitAny: data of unknown shape: each property may be absent, a value or a list.
export type Thing = any;

/** A list as it is, any other value as a list of one; empty for a falsy value. */
export const list = (value: Thing): Thing[] => [].concat(value || []);
