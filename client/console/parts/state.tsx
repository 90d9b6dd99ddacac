import type { Outcome, State } from '../../../shared/operator-api/index.ts';
import { useConsole } from '../context.ts';
import { reasonOf } from '../words/reason.ts';
import { wordFor } from '../words/word-for.ts';

/** A state as a word on its colour. */
export function Pill({ state, children }: { state: string; children: preact.ComponentChildren }) {
  return (
    <span class="pill" data-state={state}>
      {children}
    </span>
  );
}

/** What became of an event at one destination: the state, and where there is a reason that. */
export function OutcomePill({ state, reason }: { state: State; reason?: string | undefined }) {
  const { words } = useConsole();
  return (
    <Pill state={state}>
      {words.states[state]}
      {reason && <small> · {reasonOf(words, reason).title}</small>}
    </Pill>
  );
}

/** One destination's outcome in a list, or a dash. */
export function OutcomeCell({
  outcomes,
  destination,
}: {
  outcomes: readonly Outcome[];
  destination: string;
}) {
  const { words } = useConsole();
  const outcome = outcomes.find((one) => one.destination === destination);
  return outcome ? <OutcomePill {...outcome} /> : <span class="soft">{words.common.none}</span>;
}

/** Consent to each purpose: granted, denied, or nothing said. */
export function ConsentWords({ consent }: { consent: Readonly<Record<string, boolean | undefined>> }) {
  const { words } = useConsole();
  const said = Object.entries(consent).filter(([, value]) => value !== undefined);
  if (said.length === 0) return <span class="soft">{words.consent.nothing}</span>;
  return (
    <span class="consent-words">
      {said.map(([purpose, isGranted]) => (
        <span key={purpose} data-granted={isGranted}>
          <span aria-hidden="true">{isGranted ? '✓' : '✕'}</span> {wordFor(words.consent.purposes, purpose)}
          <span class="unseen"> {isGranted ? words.consent.granted : words.consent.denied}</span>
        </span>
      ))}
    </span>
  );
}
