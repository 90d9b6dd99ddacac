import { globals, type Tool } from './tool.ts';

/**
 * OneTrust, by its default category ids: C0002 performance, C0004 targeting. The active groups are the choice once the
 * banner is closed, where the visitor's region has no banner, and in opt-out regions, where everything starts allowed.
 * `OneTrust` lacks these methods until its script has run. The groups are read at every poll;
 * `OptanonWrapper` belongs to the shop and is not touched.
 *
 * @see https://developer.onetrust.com/onetrust/docs/javascript-api and …/docs/javascript-events-guide (read 2026-11-27)
 */
export const onetrust: Tool = () => {
  const { OneTrust, OnetrustActiveGroups: groups } = globals;
  if (!OneTrust) return undefined;
  if (!groups || typeof groups !== 'string') return null;
  // Closed once, the banner may be open again, because the shop asks anew. Older versions have no such method.
  if ((OneTrust.IsAlertBoxClosedAndValid?.() ?? OneTrust.IsAlertBoxClosed()) !== true) {
    const { ShowAlertNotice, ConsentModel } = OneTrust.GetDomainData();
    if (ShowAlertNotice !== false && !/opt-out|notice only/i.test(ConsentModel.Name)) return null;
  }
  // Older versions write the ids in lower case.
  const isTargeted = /\bC0004\b/i.test(groups);
  return { advertising: isTargeted, analytics: /\bC0002\b/i.test(groups), marketing: isTargeted };
};
