import type { Purpose } from './consent.ts';

/** TikTok's click id, as a URL parameter, a field and a cookie. */
export const TTCLID = 'ttclid';
/** The cookie of TikTok's id of the browser. */
export const TTP = '_ttp';
/** How long a click of TikTok's counts. */
export const TTCLID_DAYS = 30;

/** An id by which an ad platform recognises a click on an ad, or the browser that clicked. */
export interface ClickId {
  /** As its platform calls it; fields of messages have this name, in any spelling. */
  name: string;
  /** In the URL that an ad leads to. Absent: it is in no URL. */
  parameter?: string;
  /** Where a script in the page keeps it. */
  cookie: string;
  purpose: Purpose;
  /** How long it counts, and how long its cookie lives. */
  days: number;
}

/** All that are known. Whatever reads, keeps or removes click ids goes by this table. */
export const CLICK_IDS: readonly ClickId[] = [
  { name: TTCLID, parameter: TTCLID, cookie: TTCLID, purpose: 'advertising', days: TTCLID_DAYS },
  { name: TTP, cookie: TTP, purpose: 'advertising', days: 390 },
  { name: 'gclid', parameter: 'gclid', cookie: '_gcl_aw', purpose: 'advertising', days: 90 },
  { name: 'gbraid', parameter: 'gbraid', cookie: '_gcl_ag', purpose: 'advertising', days: 90 },
  { name: 'wbraid', parameter: 'wbraid', cookie: '_gcl_gb', purpose: 'advertising', days: 90 },
  { name: 'fbclid', parameter: 'fbclid', cookie: '_fbc', purpose: 'advertising', days: 90 },
  { name: '_fbp', cookie: '_fbp', purpose: 'advertising', days: 90 },
  { name: '_fbc', cookie: '_fbc', purpose: 'advertising', days: 90 },
  { name: 'msclkid', parameter: 'msclkid', cookie: '_uetmsclkid', purpose: 'advertising', days: 90 },
  { name: 'li_fat_id', parameter: 'li_fat_id', cookie: 'li_fat_id', purpose: 'advertising', days: 30 },
  { name: 'epik', parameter: 'epik', cookie: '_epik', purpose: 'advertising', days: 365 },
  { name: 'ScCid', parameter: 'ScCid', cookie: '_scclid', purpose: 'advertising', days: 30 },
  { name: 'twclid', parameter: 'twclid', cookie: '_twclid', purpose: 'advertising', days: 30 },
  { name: 'rdt_cid', parameter: 'rdt_cid', cookie: '_rdt_cid', purpose: 'advertising', days: 30 },
];
