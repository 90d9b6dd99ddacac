import type { TokenExpiry } from '../../platforms/platform.ts';
import type { Hours } from './hours.ts';
import type { MatchDay } from './match-fall.ts';

/** What is known of one shop by hour. */
export interface ShopFigures {
  shop: string;
  /** Stored events by name; of other types than track by their type. */
  names: Readonly<Record<string, Hours>>;
  destinations: readonly DestinationFigures[];
  /** What the collectors counted; the hours in which none ran are zero. */
  accepted: Hours;
  rejected: Hours;
  /** Fields that were coerced or left out. */
  coerced: Hours;
  /** Orders of pages that were never confirmed, in the hour in which that was decided. */
  unconfirmed: Hours;
}

export interface DestinationFigures {
  destination: string;
  delivered: Hours;
  dead: Hours;
  match: readonly MatchDay[];
  /** The API refuses the access token: that is an alert of its own. */
  isPaused: boolean;
}

/** What the process knows at this moment. */
export interface State {
  nowMs: number;
  destinations: readonly DestinationState[];
  tokens: readonly TokenExpiry[];
  orders: readonly OrderState[];
  /** How far our clock is ahead of others', as the median of many: answers of destinations, messages that are on their way. */
  clock: { answersMs?: number; messagesMs?: number };
  /** Of the data directory; absent when it cannot be read. */
  disk?: { freeBytes: number; totalBytes: number };
}

export interface DestinationState {
  shop: string;
  destination: string;
  /** Epoch ms: since when the API refuses the access token. */
  pausedSinceMs?: number;
  waiting: number;
  oldestAgeMs: number;
  /** In the last hour, or since the start where that was later. */
  settled: { delivered: number; dead: number };
  /** Dead letters since three in a row were last delivered; undefined while they never were. */
  deadSinceAccepted: number | undefined;
}

/** How orders of pages are confirmed at a shop where a page's word makes none. */
export interface OrderState {
  shop: string;
  ordersFrom: 'platform' | 'server';
  /** Pages report orders, and none was confirmed for hours. */
  isSilent: boolean;
  /** Orders of pages in the last three days that were sent because the shop system has never reported one. */
  provisional: number;
}
