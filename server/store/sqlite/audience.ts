/** Who an event is for, as bits. A stage of an order is sent to destinations; its reports are counted by statistics. */
export const AUDIENCE = { destinations: 1, statistics: 2, all: 3 } as const;
export type Audience = (typeof AUDIENCE)[keyof typeof AUDIENCE];
