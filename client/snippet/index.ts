import { options, readTag } from './config.ts';
import { start } from './start.ts';

readTag();
// Only the stub has a queue: included twice, the second copy does nothing.
const { q } = window.storebeacon || { q: [] };
if (options.key && q) start(q);
