import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import type { ConsoleServer } from './server.ts';

/** Every view by its address. */
export const VIEWS = [
  ...['overview', 'orders', 'orders/1', 'reconciliation', 'events', 'events/1', 'problems', 'match'],
  ...['statistics', 'visitors', 'visitors/1', 'alerts', 'setup', 'audit'],
];

const AXE = readFileSync(new URL('../../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/** What axe-core finds against WCAG 2.2 AA, as one line each. @param within the part that is looked at. */
export async function axe(page: Page, within = 'html'): Promise<string[]> {
  // Evaluated by the debugger's protocol, which the page's policy does not hinder.
  await page.evaluate(AXE);
  return page.evaluate(async (within) => {
    const { axe } = window as unknown as {
      axe: { run(within: string, options: object): Promise<AxeResult> };
    };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await axe.run(within, { runOnly: tags });
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
    );
  }, within);
}
interface AxeResult {
  violations: { id: string; nodes: { html: string }[] }[];
}

/** Opens a view and waits until it shows what it loaded. */
export async function open(page: Page, console: Pick<ConsoleServer, 'base'>, view: string): Promise<void> {
  await page.goto('about:blank');
  await page.goto(`${console.base}#/${view}`);
  await page.locator('main h1').waitFor();
  await page.locator('main [aria-busy="true"]').waitFor({ state: 'detached' });
}
