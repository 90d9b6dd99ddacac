import type { Config, Shop } from '../config/config.ts';
import { customerio } from './customerio/index.ts';
import type { Platform } from './platform.ts';
import { shopline } from './shopline/index.ts';

/** Every platform. */
export const PLATFORMS: readonly Platform[] = [shopline, customerio];

/** Shops whose events are counted: those with statistics to report, or with webhooks that complete orders. */
export const countedShops = ({ shops }: Pick<Config, 'shops'>): Shop[] =>
  shops.filter((shop) => PLATFORMS.some((platform) => platform.isUsedBy(shop)));

/** Shops whose orders are reported twice: by the page and by a platform. */
export const shopsWithOrderReports = (shops: readonly Shop[]): Shop[] =>
  shops.filter((shop) => PLATFORMS.some((platform) => platform.reportsOrders(shop)));
