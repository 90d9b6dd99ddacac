import type { CartParts } from '../api.ts';
import { toProduct } from './products.ts';
import { read } from './read.ts';
import { reportChange } from './repeats.ts';
import { keepCart } from './seen.ts';

/** What the cart's logic needs. */
export const PARTS: CartParts = { read, toProduct, reportChange, keepCart };
