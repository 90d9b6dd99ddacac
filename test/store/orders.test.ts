import { openLog } from '../../server/store/open.ts';
import { describeOrders } from './suite-orders.ts';

describeOrders('SQLite log', openLog);
