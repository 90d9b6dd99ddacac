import type { Storebeacon } from './api.ts';
import { cookiebot } from './consent-tools/cookiebot.ts';
import { google } from './consent-tools/google.ts';
import { onetrust } from './consent-tools/onetrust.ts';
import { shopline } from './consent-tools/shopline.ts';
import { tcf } from './consent-tools/tcf.ts';
import type { Answer, Tool } from './consent-tools/tool.ts';

/** By their names in `data-consent-tool`. */
const TOOLS: Record<string, Tool> = { shopline, google, tcf, onetrust, cookiebot };

/** Events that tools dispatch on the window or document when the visitor chooses. They save the wait for the poll. */
const EVENTS =
  'CookiebotOnAccept CookiebotOnDecline CookiebotOnConsentReady OneTrustGroupsUpdated trackingConsentAccepted';
const PULSE_MS = 500;

/**
 * Passes the choice recorded by the shop's consent tools to the snippet: once every tool that was found has one, and
 * whenever it changes. A purpose is allowed when no tool denies it. Unless the tag names exactly one tool, waits for
 * the page to load, because another tool may still arrive. A tool that asks again or throws keeps its last answer.
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
    // A tool that arrives later and is still asking must not delay a withdrawal.
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

  // In the capture phase, events dispatched on the document reach the window too.
  for (const type of `pagehide load ${EVENTS}`.split(' ')) addEventListener(type, look, true);
  setInterval(look, PULSE_MS);
  look();
};

if (window.storebeacon) follow(window.storebeacon);
