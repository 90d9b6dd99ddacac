/** What became of one webhook. */
export interface Received {
  /** Its id. */
  shop: string;
  stored: number;
  duplicates: number;
}

/** Read, understood, and of no use here. Anything but 200 would only bring it back. */
export const unused = (shop: string): Received => ({ shop, stored: 0, duplicates: 0 });
