import { globals, type Tool } from './tool.ts';

/**
 * Cookiebot: `statistics` and `marketing`. `method` is set once consent is recorded, also when it is implied
 * because the visitor's region requires none. The tool's script tag has the id `Cookiebot`: until the script has run,
 * the global is that element.
 *
 * @see https://www.cookiebot.com/en/developer/ (read 2026-11-27)
 */
export const cookiebot: Tool = () => {
  const { Cookiebot } = globals;
  if (!Cookiebot) return undefined;
  const { consent, consented, declined, hasResponse = consented || declined } = Cookiebot;
  if (hasResponse !== true && !consent?.method) return null;
  const isMarketing = consent.marketing === true;
  return { advertising: isMarketing, analytics: consent.statistics === true, marketing: isMarketing };
};
