import { globals, type Tool } from './tool.ts';

/**
 * Cookiebot: `statistics` and `marketing`. `method` is there as soon as there is a consent, also one that was given
 * automatically because the visitor's region asks for none. The tool's script tag has the id `Cookiebot`, so until
 * the script has run, the global is that element.
 *
 * @see https://www.cookiebot.com/en/developer/ (read 2026-11-27)
 */
export const cookiebot: Tool = () => {
  const { Cookiebot } = globals;
  if (!Cookiebot) return undefined;
  const { consent, hasResponse } = Cookiebot;
  if (!consent || !(hasResponse === true || consent.method)) return null;
  const isMarketing = consent.marketing === true;
  return { advertising: isMarketing, analytics: consent.statistics === true, marketing: isMarketing };
};
