/**
 * The operator's routes: what they are asked and what they answer. The collector checks queries with these schemas and
 * describes them in `/admin/openapi.json`; the console imports their types alone.
 */
export * from './common.ts';
export * from './events.ts';
export * from './orders.ts';
export * from './overview.ts';
export * from './problems.ts';
export * from './session.ts';
export * from './setup.ts';
export type * from './statistics.ts';
export * from './visitors.ts';
