import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy in front of a PostgreSQL server, whose connections a test holds up or cuts. */
export interface PostgresProxy {
  /** The URL of the server by way of the proxy. */
  url: string;
  /** The commit of the transaction that writes this text waits until `release`. Resolves when it has arrived. */
  holdCommitOf(text: string): Promise<void>;
  release(): void;
  /** The commit of the transaction that writes this text reaches the server, and its connection is cut before the answer. */
  cutAnswerToCommitOf(text: string): void;
  /** Cuts every connection and, until `mend`, every new one. */
  cut(): void;
  mend(): void;
  /** New connections go to this server; those there are are cut. */
  pointTo(url: string): void;
  /** Everything takes so much longer each way, ms. */
  slowDown(delayMs: number): void;
  close(): void;
}

export async function startPostgresProxy(url: string): Promise<PostgresProxy> {
  let target = new URL(url);
  const pairs = new Set<[Socket, Socket]>();
  let heldText: string | undefined;
  let onHeld = () => {};
  let isHeld = false;
  let held: (() => void)[] = [];
  let cutText: string | undefined;
  let isCut = false;
  let delayMs = 0;
  /** In the order of calls, as timers of one length end in theirs. */
  const later = (work: () => void) => (delayMs > 0 ? void setTimeout(work, delayMs) : work());

  const server = createServer({ noDelay: true }, (client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const database = connect({ host: target.hostname, port: Number(target.port), noDelay: true });
    const pair: [Socket, Socket] = [client, database];
    pairs.add(pair);
    let isAnswerCut = false;
    /** What this connection does at its next commit. */
    let atCommit: 'hold' | 'cut' | undefined;
    const end = () => {
      pairs.delete(pair);
      for (const socket of pair) socket.destroy();
    };
    for (const socket of pair) socket.on('error', end).on('close', end);
    client.on('data', (data) => {
      if (heldText !== undefined && data.includes(heldText)) {
        heldText = undefined;
        atCommit = 'hold';
      } else if (cutText !== undefined && data.includes(cutText)) {
        cutText = undefined;
        atCommit = 'cut';
      }
      if (data.includes('COMMIT')) {
        if (atCommit === 'hold') {
          isHeld = true;
          onHeld();
        }
        isAnswerCut = atCommit === 'cut';
        atCommit = undefined;
      }
      if (isHeld) held.push(() => database.write(data));
      else later(() => database.write(data));
    });
    database.on('data', (data) => {
      if (!isAnswerCut) later(() => client.write(data));
      // The server has committed, which nobody is told.
      else if (data.includes('COMMIT')) end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const cutAll = () => {
    for (const sockets of pairs) for (const socket of sockets) socket.destroy();
  };
  return {
    url: Object.assign(new URL(url), { host: `127.0.0.1:${port}` }).href,
    holdCommitOf(text) {
      heldText = text;
      return new Promise((resolve) => {
        onHeld = resolve;
      });
    },
    release() {
      isHeld = false;
      for (const send of held) send();
      held = [];
    },
    cutAnswerToCommitOf(text) {
      cutText = text;
    },
    cut() {
      isCut = true;
      cutAll();
    },
    mend() {
      isCut = false;
    },
    pointTo(url) {
      target = new URL(url);
      cutAll();
    },
    slowDown(ms) {
      delayMs = ms;
    },
    close() {
      cutAll();
      server.close();
    },
  };
}
