import { watchPrivacy } from './pixel/consent.ts';
import { guard } from './pixel/guard.ts';
import { enter } from './pixel/sandbox.ts';
import { EVENTS, readPerson } from './pixel/shopify-events.ts';
import { start } from './pixel/start.ts';

/** The entry for Shopify's web pixel sandbox, pasted or in an app. Installation: pixel/README.md. */
void guard(enter)(() => start(EVENTS, readPerson, watchPrivacy));
