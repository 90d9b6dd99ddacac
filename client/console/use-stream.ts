import { useEffect, useRef } from 'preact/hooks';
import { useConsole } from './context.ts';
import type { StreamListener } from './stream.ts';

/** Listens while the view is open. */
export function useStream(listener: StreamListener, isOn = true): void {
  const { stream } = useConsole();
  const current = useRef(listener);
  current.current = listener;
  useEffect(
    () =>
      isOn
        ? stream.listen({
            onEvent: (event) => current.current.onEvent?.(event),
            onStatus: (status) => current.current.onStatus?.(status),
            onLive: (isLive) => current.current.onLive?.(isLive),
          })
        : undefined,
    [stream, isOn],
  );
}
