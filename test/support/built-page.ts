import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, vi } from 'vitest';
import { answerNothing, freshBrowser, onPage, type Reported, waiting } from './snippet.ts';

const run = (name: string) => {
  const code = readFileSync(`client/dist/${name}`, 'utf8');
  // biome-ignore lint/security/noGlobalEval: runs it as a script of the page.
  // biome-ignore lint/complexity/noCommaOperator: without the comma it would see this function's variables.
  (0, eval)(code);
};

/** The scripts that the page was given since, each once; those that they ask for, too. */
export function loadPlugins(blocked: readonly string[] = []): void {
  for (const script of document.head.querySelectorAll<HTMLScriptElement>('script[src]:not([data-run])')) {
    // Asked for by one that was run meanwhile, with all that was there then.
    if ('run' in script.dataset) continue;
    script.dataset.run = '';
    const name = new URL(script.src).pathname.slice(1);
    if (blocked.includes(name)) continue;
    run(name);
    loadPlugins(blocked);
  }
}

/**
 * Runs the built snippet and the files that it asks for on this page, in the place of their script tags. Whatever it sends
 * stays unanswered. Needs a jsdom environment and fake timers.
 *
 * @param attributes of the tag, as for `onPage`.
 * @param blocked files that cannot be loaded.
 */
export async function openBuiltPage(
  attributes: Record<string, string>,
  blocked: readonly string[] = [],
): Promise<void> {
  answerNothing();
  await onPage(attributes, async () => run('s.js'));
  loadPlugins(blocked);
  vi.advanceTimersByTime(1_000);
  loadPlugins(blocked);
}

/** An empty browser before each test, see `freshBrowser`. */
export function emptyBrowser(): void {
  vi.useFakeTimers({ now: Date.parse('2026-11-29T08:00:00Z') });
  freshBrowser('/');
}

/** For each test of a file: what its page listens to on the window ends with it, and so do its mocks, timers and globals. */
export function forgetPageAfterEachTest(): void {
  let listening: ReturnType<typeof vi.spyOn>;
  beforeEach(() => {
    listening = vi.spyOn(window, 'addEventListener');
  });
  afterEach(() => {
    for (const [type, listener, options] of listening.mock.calls)
      window.removeEventListener(type as string, listener as EventListener, options as boolean);
    vi.restoreAllMocks();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
}

/** The events that wait to be sent, oldest first, with their properties. */
export const recordedEvents = (): Reported[] =>
  waiting().flatMap(({ event, properties }) => (event ? [[event, properties]] : []));
