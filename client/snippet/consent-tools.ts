import type { Consent, Purpose } from '../../shared/consent.ts';
import type { Choice, Options, Storebeacon } from './api.ts';
import { cookiebot } from './consent-tools/cookiebot.ts';
import { google } from './consent-tools/google.ts';
import { onetrust } from './consent-tools/onetrust.ts';
import { shopline } from './consent-tools/shopline.ts';
import { tcf } from './consent-tools/tcf.ts';
import type { Answer, Tool } from './consent-tools/tool.ts';

/** By their names in `data-consent-tool`. */
const TOOLS: Record<string, Tool> = { shopline, google, tcf, onetrust, cookiebot };

const PULSE_MS = 500;
/** For the browser's console: a shop without a banner sees there why nothing is sent. */
const NO_CHOICE = 'storebeacon: no consent choice yet';
const NO_CHOICE_MS = 10_000;
const OFF = 'off';

const attempt = <R>(action: () => R, otherwise: R): R => {
  try {
    return action();
  } catch {
    return otherwise;
  }
};

/**
 * Passes the choice recorded by the shop's consent tools to the snippet: once every tool that was found has one, and
 * whenever it changes. A purpose is allowed when no tool denies it. Unless the tag names exactly one tool, waits for
 * the page to load, because another tool may still arrive. While a tool asks, also anew, messages are held: its last
 * answer does not count. One that throws keeps it.
 */
const follow = (storebeacon: Storebeacon) => {
  const options: Options & { asks?: unknown } = storebeacon.options;
  const names = `${options.consentTool || 'auto'}`.split(' ');
  const tools = Object.keys(TOOLS).filter((name) => names.includes('auto') || names.includes(name));
  const answers: Record<string, Answer> = {};
  let reported: string | undefined;

  const look = () => {
    let isAsking: unknown;
    for (const name of tools) {
      const answer = attempt(() => (TOOLS[name] as Tool)(look, options), answers[name] ?? null);
      if (answer === null) isAsking = 1;
      answers[name] = answer || answers[name] || answer;
    }
    const given = Object.values(answers).filter((answer) => !!answer);
    const [isFound] = given;
    const isReady = document.readyState === 'complete' || (isFound && !tools[1]);
    // Without a tool, that of an earlier page.
    const choice: Choice | undefined = isFound
      ? { ...isFound }
      : attempt(() => JSON.parse(localStorage._sb).choice, undefined);
    for (const answer of given)
      for (const purpose in answer)
        if (!answer[purpose as Purpose]) (choice as Consent)[purpose as Purpose] = false;
    const text = JSON.stringify(choice);
    // A refusal needs no other answer.
    const isHeld = !isReady || (isAsking && !(isFound && !text.includes('true')));
    const { asks } = options;
    options.asks = isHeld ? 1 : OFF;
    // A tool that arrives later and is still asking must not delay a withdrawal.
    const isNew = text !== reported && (!isHeld || (isFound && reported));
    if (!choice || !isReady || !(isNew || (!isHeld && asks !== OFF))) return;
    reported = text;
    storebeacon.consent(choice);
  };

  addEventListener('pagehide', look);
  addEventListener('load', look);
  setInterval(look, PULSE_MS);
  setTimeout(() => reported || console.info(NO_CHOICE), NO_CHOICE_MS);
  look();
};

if (window.storebeacon) follow(window.storebeacon);
