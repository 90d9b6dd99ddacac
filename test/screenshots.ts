import { rmSync } from 'node:fs';
import { startDemo } from '../server/demo/main.ts';
import { launchChromium } from './support/chromium.ts';

/** Draws the pictures of the README anew: `npm run screenshots`. */
const demo = await startDemo({ PORT: '0', LOG_LEVEL: 'silent' });
const base = `http://127.0.0.1:${demo.port}`;
const browser = await launchChromium();
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
const at = (name: string) => page.locator(`[data-test="${name}"]`);
const shoot = (name: string) => page.screenshot({ path: `client/demo/screenshots/${name}.png` });

await page.goto(`${base}/demo/?ttclid=E.C.P.demo&utm_source=tiktok&utm_medium=paid&utm_campaign=spring`);
await at('consent-accept').click();
await shoot('shop');
await at('product').first().click();
await at('add-to-cart').click();
await at('added').waitFor();
await at('go-to-cart').click();
await page.waitForTimeout(1_000);
await at('checkout').click();
await at('place-order').click();
await at('order-id').waitFor();
await page.waitForTimeout(2_500);
await page.goto(`${base}/demo/deliveries.html`);
await at('event').first().waitFor();
await shoot('deliveries');

await browser.close();
await demo.stop();
rmSync(`./data/demo-${demo.port}`, { recursive: true, force: true });
