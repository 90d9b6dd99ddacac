/** A key as logs and responses show it: its first four characters and its length, `abcd… (12 characters)`. */
export const maskKey = (key: string) => `${key.slice(0, 4).toWellFormed()}… (${key.length} characters)`;
