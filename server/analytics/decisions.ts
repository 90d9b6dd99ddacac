import { attribute, peopleOf, TOUCH_MARGIN_MS } from './attribution.ts';
import { readOrder } from './order.ts';
import type { Rules } from './rules.ts';

/** How statistics decide, as state asks for it. */
export const RULES: Rules = { readOrder, peopleOf, attribute, touchMarginMs: TOUCH_MARGIN_MS };
