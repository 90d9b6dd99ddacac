import type { Config, Shop } from '../config/config.ts';

/** Shops whose events are counted: those with statistics to report, or with webhooks that complete orders. */
export const countedShops = ({ shops }: Pick<Config, 'shops'>): Shop[] => shops.filter(isCounted);

const isCounted = ({ shopline, customerioSigningKey }: Shop): boolean =>
  shopline?.accessToken !== undefined ||
  shopline?.appSecret !== undefined ||
  customerioSigningKey !== undefined;
