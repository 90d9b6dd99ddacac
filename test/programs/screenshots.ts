import { parseArgs } from 'node:util';
import { startDemo } from '../../server/demo/main.ts';
import { launchChromium } from '../support/chromium.ts';
import { optionsOrExit } from '../support/options.ts';
import { CONSOLE_SCREENSHOTS, takeConsoleScreenshots } from './console-screenshots.ts';

/** Takes the README's screenshots: `npm run screenshots`. */
const USAGE =
  'npm run screenshots\n\nTakes the screenshots of the demo that the README shows, and writes them to\n' +
  `client/demo/screenshots; then every view of the console, to ${CONSOLE_SCREENSHOTS}.\nIt has no options.\n`;
optionsOrExit(USAGE, (args) => {
  const { values } = parseArgs({ args, options: { help: { type: 'boolean', default: false } } });
  return values.help ? 'help' : {};
});
const demo = await startDemo({ PORT: '0', LOG_LEVEL: 'silent' });
const base = `http://127.0.0.1:${demo.port}`;
// The user agent of headless Chromium counts as a robot.
const userAgent = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/150.0.0.0 Safari/537.36';
const browser = await launchChromium({ userAgent });
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
const at = (name: string) => page.locator(`[data-test="${name}"]`);
const shoot = (name: string) => page.screenshot({ path: `client/demo/screenshots/${name}.png` });

await page.goto(
  `${base}/demo/?ttclid=E.C.P.demo&utm_source=tiktok&utm_medium=paid&utm_campaign=spring&utm_id=MA_demo_spring`,
);
await at('consent-accept').click();
await shoot('shop');
await page.goto(`${base}/demo/?sb_debug=1`);
await page.waitForTimeout(1_000);
await at('product').first().click();
await at('add-to-cart').click();
await at('added').waitFor();
// An event that the collector rejects; after the time within which it would count as a repeat.
await page.waitForTimeout(3_500);
await page.evaluate(() => window.storebeacon?.track('Product Added', { price: 'free', product_id: 7 }));
await page.waitForTimeout(2_500);
await shoot('debug');

await takeConsoleScreenshots(browser);
await browser.close();
await demo.stop();
