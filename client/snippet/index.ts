import { options, readTag } from './config.ts';
import { start } from './start.ts';

readTag();
// Only the stub has `q`: a second copy of the script does nothing.
const { q } = window.storebeacon || { q: [] };
if (options.key && q) start(q);
