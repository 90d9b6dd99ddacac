// @module-tag slow
import { describeProcesses } from './suite-processes.ts';

describeProcesses('SQLite log', {
  module: new URL('../../server/store/open.ts', import.meta.url).href,
  isShared: false,
});
