/** As they were when we came: a shop may replace them. */
export const { parse: fromJson, stringify: toJson } = JSON;
