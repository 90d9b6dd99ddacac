import type { Variables } from './variables.ts';

/** The process's environment. No other file reads it. */
export const environment = (): Variables => process.env;
