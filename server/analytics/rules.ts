import type { OrderReport, PersonKey, Targets } from './facts.ts';

/** How facts become credit. State keeps facts and asks; statistics decides. All pure. */
export interface Rules {
  /** @param currency ISO 4217, the shop's. */
  readOrder(reports: readonly OrderReport[], currency: string): OrderRead;
  peopleOf(own: readonly PersonKey[], links: Links): Set<PersonKey>;
  attribute(atMs: number, touches: readonly KnownTouch[], windowMs: number): Credit | undefined;
  /** How far before the window touches still matter, in ms. */
  touchMarginMs: number;
}

/** An order as all its reports together tell it. */
export interface OrderRead {
  /** False while nobody said that it exists, and when it was cancelled. */
  isCounted: boolean;
  isPaid: boolean;
  isForeign: boolean;
  atMs: number;
  /** Of its earliest report: tells orders of the same moment apart. */
  firstId: string;
  /** Less what was paid back; 0 where amounts are not in the shop's currency. */
  amountHundredths: number;
  refundedHundredths: number;
  discountHundredths: number;
  items: readonly { productId: string; units: number }[];
  people: PersonKey[];
  buyer?: PersonKey;
}

/** A touch as one of its people knows it. */
export interface KnownTouch extends Targets {
  id: string;
  kind: 'landing' | 'click';
  atMs: number;
}

/** Which touch won, and what an order is credited to for it. */
export interface Credit extends Targets {
  touchId: string;
}

/** What is linked to whom, both ways. */
export type Links = ReadonlyMap<PersonKey, ReadonlySet<PersonKey>>;
