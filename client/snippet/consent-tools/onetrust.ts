import { globals, type Tool } from './tool.ts';

/**
 * OneTrust, by its own category ids: C0002 performance, C0004 targeting. The active groups are an answer once the
 * banner was closed, where the visitor's region has no banner, and where the region lets visitors opt out: there the
 * tool itself begins with a yes. Until its script is whole, `OneTrust` lacks these methods. `OptanonWrapper` is the
 * shop's and stays so; the groups are read at each look and at `OneTrustGroupsUpdated`.
 *
 * @see https://developer.onetrust.com/onetrust/docs/javascript-api and …/docs/javascript-events-guide (read 2026-11-27)
 */
export const onetrust: Tool = () => {
  const { OneTrust, OnetrustActiveGroups: groups } = globals;
  if (!OneTrust) return undefined;
  if (!groups || typeof groups !== 'string') return null;
  if (OneTrust.IsAlertBoxClosed() !== true) {
    const { ShowAlertNotice, ConsentModel } = OneTrust.GetDomainData();
    if (ShowAlertNotice !== false && !/opt-out|notice only/i.test(ConsentModel.Name)) return null;
  }
  // Older versions of the tool write the ids small.
  const isTargeted = /\bC0004\b/i.test(groups);
  return { advertising: isTargeted, analytics: /\bC0002\b/i.test(groups), marketing: isTargeted };
};
