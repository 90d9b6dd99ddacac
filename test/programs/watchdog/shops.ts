/** A shop as it usually is. Per day and event; hours are local. */
export interface SimulatedShop {
  id: string;
  /** Of a day of the week, product views and orders. */
  viewsPerDay: number;
  ordersPerDay: number;
  utcOffsetHours: number;
  /** How busy Saturday and Sunday are against other days. */
  weekend: number;
  /** Standard deviation of the logarithm: from day to day, from hour to hour. */
  dayNoise: number;
  hourNoise: number;
  campaigns: readonly Campaign[];
}

/** More visitors for a while, most of them by ads. Days since the month began. */
export interface Campaign {
  fromDay: number;
  days: number;
  /** Times the usual views. */
  views: number;
  /** Times the usual orders per view. */
  conversion: number;
}

export const SHOPS: readonly SimulatedShop[] = [
  {
    ...{ id: 'large', viewsPerDay: 40_000, ordersPerDay: 600, utcOffsetHours: 8, weekend: 1.3 },
    ...{ dayNoise: 0.12, hourNoise: 0.12 },
    campaigns: [
      { fromDay: 4, days: 1, views: 4, conversion: 1.6 },
      { fromDay: 10, days: 3, views: 2.5, conversion: 1.2 },
      { fromDay: 19, days: 9, views: 1.8, conversion: 0.9 },
    ],
  },
  {
    ...{ id: 'medium', viewsPerDay: 2_500, ordersPerDay: 45, utcOffsetHours: -5, weekend: 0.55 },
    ...{ dayNoise: 0.15, hourNoise: 0.2 },
    campaigns: [{ fromDay: 8, days: 2, views: 3, conversion: 1.1 }],
  },
  {
    ...{ id: 'small', viewsPerDay: 160, ordersPerDay: 3, utcOffsetHours: 1, weekend: 0.8 },
    ...{ dayNoise: 0.2, hourNoise: 0.3 },
    campaigns: [{ fromDay: 22, days: 1, views: 4, conversion: 1 }],
  },
];

/** Of 24 hours, how busy each is; their mean is 1. */
const HOURS = [
  0.6, 0.3, 0.15, 0.1, 0.1, 0.15, 0.3, 0.6, 0.9, 1.1, 1.2, 1.3, 1.4, 1.3, 1.2, 1.2, 1.2, 1.3, 1.4, 1.6, 1.8,
  1.8, 1.4, 0.9,
];
const MEAN = HOURS.reduce((sum, each) => sum + each, 0) / HOURS.length;

/** How busy an hour is by clock and calendar. @param hour since 1970, UTC. */
export function rhythm({ utcOffsetHours, weekend }: SimulatedShop, hour: number): number {
  const local = hour + utcOffsetHours;
  // 1970 began on a Thursday.
  const weekday = (Math.floor(local / 24) + 4) % 7;
  return ((HOURS[local % 24] ?? 1) / MEAN) * (weekday === 0 || weekday === 6 ? weekend : 1);
}
