import { everything, globals, type Tool } from './tool.ts';

let registered: unknown;
let latest: {
  gdprApplies?: unknown;
  eventStatus?: unknown;
  purpose?: { consents: Record<number, unknown> };
} = {};

/**
 * Any tool that implements IAB's Transparency and Consent Framework 2.2 or 2.3. Only consents count, not legitimate
 * interest. Every purpose requires TCF purpose 1 (storage); README.md lists the others. There is no choice while the
 * tool's dialog is open (`cmpuishown`) or before it knows whether GDPR applies. The listener is added to the stub and
 * again to the tool that replaces it.
 *
 * @see https://github.com/InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework/blob/master/TCFv2/IAB%20Tech%20Lab%20-%20CMP%20API%20v2.md
 * (read 2026-11-27)
 */
export const tcf: Tool = (look) => {
  const { __tcfapi } = globals;
  if (typeof __tcfapi !== 'function') return undefined;
  if (registered !== __tcfapi) {
    registered = __tcfapi;
    __tcfapi('addEventListener', 2, (data: typeof latest, isSuccess: unknown) => {
      if (isSuccess) latest = data || {};
      look();
    });
  }
  const { gdprApplies, eventStatus, purpose } = latest;
  if (gdprApplies === false) return everything(true);
  if (!gdprApplies || !eventStatus || eventStatus === 'cmpuishown' || !purpose) return null;
  const allows = (...ids: number[]) => ids.every((id) => purpose.consents[id] === true);
  return {
    advertising: allows(1, 3, 4, 7),
    analytics: allows(1, 8, 9, 10),
    marketing: allows(1, 3, 4),
  };
};
