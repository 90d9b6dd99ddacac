/**
 * A phone of the middle range beside a desktop, as Lighthouse reckons. Time is what a thread ran on a processor, times
 * this. The brake that browsers offer for it is not used: it takes every millisecond that other programs had for ours,
 * and then makes four of it.
 */
export const SLOWER = 4;
