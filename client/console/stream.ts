import type { EventRow, StreamStatus } from '../../shared/operator-api/index.ts';
import type { Api } from './api.ts';

export interface StreamListener {
  onEvent?: (event: EventRow) => void;
  onStatus?: (status: StreamStatus) => void;
  /** True while the stream is open. */
  onLive?: (isLive: boolean) => void;
}

/** `admin/stream` of one shop: open while anything listens, one connection for the whole page. */
export interface Stream {
  /** @returns how to stop listening. */
  listen(listener: StreamListener): () => void;
}

export function createStream(api: Api, shop: string): Stream {
  const listeners = new Set<StreamListener>();
  let source: EventSource | undefined;
  let isLive = false;
  const setLive = (now: boolean) => {
    isLive = now;
    for (const { onLive } of listeners) onLive?.(now);
  };
  const close = () => {
    source?.close();
    source = undefined;
  };
  /** A stream cannot show a status; a route that answers 401 brings the form back. */
  const onLost = () => {
    setLive(false);
    api.get('admin/alerts').catch(() => {});
  };
  const open = () => {
    source = new EventSource(api.url('admin/stream', { shop }));
    const on = (name: string, act: (data: never) => void) =>
      source?.addEventListener(name, (message) =>
        act(JSON.parse((message as MessageEvent<string>).data) as never),
      );
    on('event', (event: EventRow) => {
      if (event.shop === shop) for (const { onEvent } of listeners) onEvent?.(event);
    });
    on('status', (status: StreamStatus) => {
      for (const { onStatus } of listeners) onStatus?.(status);
    });
    source.addEventListener('open', () => setLive(true));
    source.addEventListener('error', onLost);
    source.addEventListener('end', () => {
      close();
      onLost();
    });
  };
  return {
    listen(listener) {
      listeners.add(listener);
      if (!source) open();
      else if (isLive) listener.onLive?.(true);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) close();
      };
    },
  };
}
