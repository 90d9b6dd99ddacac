import type { Storebeacon } from './api.ts';
import { detectState } from './debug/detect.ts';
import { onNotice, trouble } from './debug/notices.ts';
import { show } from './debug/overlay.ts';
import { safely } from './debug/safely.ts';
import { type Page, warnings } from './debug/warnings.ts';
import { loadPart } from './load-part.ts';

const PULSE_MS = 500;
const PARTS = ['debug-differences', 'debug-links'];

/** Shows every event, its source and the collector's response. Loaded by `data-debug` or `?sb_debug=1`. */
safely(() => {
  const storebeacon = window.storebeacon as Storebeacon;
  storebeacon.listen(safely(onNotice));
  PARTS.forEach(loadPart);
  setInterval(
    safely(() => {
      if (document.body)
        show(detectState(storebeacon), warnings(window as Page, storebeacon.options, trouble));
    }),
    PULSE_MS,
  );
})();
