import type { Variables } from './variables.ts';

/** The process's environment. No other file reads it. */
export const environment = (): Variables => process.env;

/** By `npm start`, `npm run …` or `npx`. */
export const isRunByNpm = (variables: Variables): boolean => variables.npm_lifecycle_event !== undefined;
