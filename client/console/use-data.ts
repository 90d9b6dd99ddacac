import { useCallback, useEffect, useState } from 'preact/hooks';

/** What a view has asked for. While it is asked for again, `data` is what came before. */
export interface Loaded<T> {
  data: T | undefined;
  error: Error | undefined;
  isLoading: boolean;
  reload(): void;
}

/**
 * Loads when the view opens, and again whenever `key` changes; an answer that comes after that is dropped.
 *
 * @param key what the answer depends on. Data of another key is not shown while the new is loading.
 */
export function useData<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string; data?: T; error?: Error; isLoading: boolean }>({
    key,
    isLoading: true,
  });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    setState((former) => (former.key === key ? { ...former, isLoading: true } : { key, isLoading: true }));
    load(stop.signal).then(
      (data) => stop.signal.aborted || setState({ key, data, isLoading: false }),
      (error) =>
        stop.signal.aborted ||
        setState((former) => ({ ...former, key, error: error as Error, isLoading: false })),
    );
    return () => stop.abort();
  }, [key, round]);
  const reload = useCallback(() => setRound((former) => former + 1), []);
  const current = state.key === key;
  return {
    data: current ? state.data : undefined,
    error: current ? state.error : undefined,
    isLoading: !current || state.isLoading,
    reload,
  };
}
