import { guard } from './pixel/guard.ts';
import { enter } from './pixel/sandbox.ts';
import { EVENTS, readPerson } from './pixel/shopline-events.ts';
import { start } from './pixel/start.ts';

/** The beacon in SHOPLINE’s sandbox for pixels, pasted or in an app. pixel/README.md says how to install it. */
void guard(enter)(() => start(EVENTS, readPerson));
