import { launchChromium } from '../../support/chromium.ts';
import { openStorefront } from '../../support/storefront.ts';
import type { Figure } from '../bench/figures.ts';
import { HARDSHIPS, prepareShop, type Tally } from './hardships.ts';
import { actAndLeave, WAYS } from './leave.ts';
import type { Options } from './options.ts';
import { storedActs } from './visit.ts';

const TIMEOUT_MS = 5000;

/** Visitors who act and leave at once, a third each way, then hardships: how many acts the collector receives. */
export async function measureDelivery(
  { navigations, sabotage }: Pick<Options, 'navigations' | 'sabotage'>,
  { timeoutMs = TIMEOUT_MS, hardships = Object.keys(HARDSHIPS) } = {},
): Promise<Figure[]> {
  const shop = await openStorefront();
  const browser = await launchChromium();
  try {
    const ways = Object.entries(WAYS).map(([name, way]) => ({ name, way, sent: 0, delivered: 0 }));
    for (let nth = 0; nth < navigations; nth++) {
      const turn = ways[nth % ways.length];
      if (!turn) continue;
      turn.sent++;
      if (await actAndLeave(browser, shop, turn.way, `leave-${nth}`, { timeoutMs, sabotage }))
        turn.delivered++;
    }
    const figures = ways.map((tally) => figureOf(`acts delivered, gone at once by ${tally.name}`, tally));
    for (const name of hardships) {
      prepareShop(shop);
      const tally = await HARDSHIPS[name]?.(browser, shop);
      if (tally) figures.push(figureOf(`acts delivered, ${name}`, tally));
    }
    const acts = storedActs(shop);
    return [
      ...figures,
      none('acts the collector would count twice', acts.length - new Set(acts).size),
      none('messages its contract refuses', shop.rejections.length),
    ];
  } finally {
    await browser.close();
    await shop.close();
  }
}

const figureOf = (what: string, { sent, delivered }: Tally): Figure => ({
  what,
  value: `${delivered} of ${sent}`,
  goal: { reached: delivered, least: sent },
});

const none = (what: string, reached: number): Figure => ({
  what,
  value: `${reached}`,
  goal: { reached, most: 0 },
});
