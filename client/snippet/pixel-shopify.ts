import { watchPrivacy } from './pixel/consent.ts';
import { guard } from './pixel/guard.ts';
import { enter } from './pixel/sandbox.ts';
import { EVENTS, readPerson } from './pixel/shopify-events.ts';
import { start } from './pixel/start.ts';

/** The beacon in Shopify’s sandbox for web pixels, pasted or in an app. pixel/README.md says how to install it. */
void guard(enter)(() => start(EVENTS, readPerson, watchPrivacy));
