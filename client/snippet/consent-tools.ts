import type { Storebeacon } from './api.ts';
import { cookiebot } from './consent-tools/cookiebot.ts';
import { google } from './consent-tools/google.ts';
import { onetrust } from './consent-tools/onetrust.ts';
import { shopline } from './consent-tools/shopline.ts';
import { tcf } from './consent-tools/tcf.ts';
import type { Answer, Tool } from './consent-tools/tool.ts';

/** By the names `data-consent-tool` knows. */
const TOOLS: Record<string, Tool> = { shopline, google, tcf, onetrust, cookiebot };

/** What tools raise on the window or the document when they were answered: sooner than the next look. */
const EVENTS =
  'CookiebotOnAccept CookiebotOnDecline CookiebotOnConsentReady OneTrustGroupsUpdated trackingConsentAccepted';
const PULSE_MS = 500;

/**
 * Tells the snippet what the shop's consent tools were told, as long as the page lives: once all that were found have
 * answered, and again whenever their answer changes. A purpose is allowed when none of them denies it. Where the tag
 * does not name a single tool, nothing is told before the page has loaded, since another may still be on its way. A
 * tool that asks anew, or breaks, keeps its last answer.
 */
const follow = (storebeacon: Storebeacon) => {
  const { options } = storebeacon;
  const names = `${options.consentTool || 'auto'}`.split(' ');
  const tools = Object.keys(TOOLS).filter((name) => names.includes('auto') || names.includes(name));
  const answers: Record<string, Answer> = {};
  let reported: string | undefined;

  const look = () => {
    for (const name of tools) {
      let answer: Answer = null;
      try {
        answer = (TOOLS[name] as Tool)(look, options);
      } catch {}
      answers[name] = answer || answers[name] || answer;
    }
    const all = Object.values(answers);
    // Who comes later and is still asking holds nothing back any more, above all no withdrawal.
    if (all.includes(null) && !reported) return;
    const given = all.filter((answer) => !!answer);
    if (!given[0] || (tools[1] && document.readyState !== 'complete')) return;
    const choice = {
      advertising: given.every(({ advertising }) => advertising),
      analytics: given.every(({ analytics }) => analytics),
      marketing: given.every(({ marketing }) => marketing),
    };
    const text = JSON.stringify(choice);
    if (text === reported) return;
    reported = text;
    storebeacon.consent(choice);
  };

  // In the capture phase the window hears what is raised on the document too.
  for (const type of `pagehide load ${EVENTS}`.split(' ')) addEventListener(type, look, true);
  setInterval(look, PULSE_MS);
  look();
};

if (window.storebeacon) follow(window.storebeacon);
