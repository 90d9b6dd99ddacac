// @module-tag slow
import { openSearchOnPostgres } from '../../support/search-on-postgres.ts';
import { describeErasure } from './suite-erasure.ts';
import { describeEvents } from './suite-events.ts';
import { describeFigures } from './suite-figures.ts';
import { describeOrders } from './suite-orders.ts';
import { describeUnjoined } from './suite-unjoined.ts';

describeEvents(openSearchOnPostgres);
describeFigures(openSearchOnPostgres);
describeOrders(openSearchOnPostgres);
describeUnjoined(openSearchOnPostgres);
describeErasure(openSearchOnPostgres);
