// @module-tag slow
import { type LogOptions, openLog } from '../../server/store/open.ts';
import { ownSchema } from '../support/postgres-for-tests.ts';
import { describeEventLog } from './suite.ts';
import { describeOrders } from './suite-orders.ts';

/** One schema for each data directory: a test that opens it again finds what it stored. */
const schemas = new Map<string, ReturnType<typeof ownSchema>>();
function open(options: LogOptions) {
  const own = schemas.get(options.dataDir) ?? ownSchema();
  schemas.set(options.dataDir, own);
  return openLog({ ...options, ...own });
}

describeEventLog('PostgreSQL log', open);
describeOrders('PostgreSQL log', open, 3);
