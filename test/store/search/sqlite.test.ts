// @module-tag slow
import { openSearch } from '../../support/search.ts';
import { describeErasure } from './suite-erasure.ts';
import { describeEvents } from './suite-events.ts';
import { describeFigures } from './suite-figures.ts';
import { describeOrders } from './suite-orders.ts';
import { describeUnjoined } from './suite-unjoined.ts';

describeEvents(openSearch);
describeFigures(openSearch);
describeOrders(openSearch);
describeUnjoined(openSearch);
describeErasure(openSearch);
