/** The originals: a shop may replace them later. */
export const { parse: fromJson, stringify: toJson } = JSON;
