import type { FaultScript } from './faults.ts';
import type { Handler } from './listener.ts';
import type { Received } from './record.ts';
import { faultyAnswer, hidesRequest, reply, UNSEEN } from './reply.ts';
import { readRequest } from './request.ts';
import type { StandIn } from './stand-in.ts';

/** What the handler knows of a request; who, when and in which order is added by whoever keeps it. */
export type Exchange = Omit<Received, 'id' | 'api' | 'at'>;

/**
 * Read → fault or judge → note → answer. Noted before the answer leaves, so whoever has the answer finds the request.
 *
 * @param note `bytes` is the size of the unpacked body.
 */
export function createHandler(
  standIn: StandIn,
  script: FaultScript,
  note: (exchange: Exchange, bytes: number) => void,
): Handler {
  return async (incoming, response, stopped) => {
    const request = await readRequest(incoming);
    if (!request) {
      response.writeHead(413, { 'Content-Type': 'text/html' }).end('<h1>413 Request Entity Too Large</h1>');
      return;
    }
    const { isJson: _, bytes, ...shown } = request;
    const fault = script.next(request.path);
    const verdict = hidesRequest(fault) ? UNSEEN : standIn.judge(request);
    const sent = faultyAnswer(verdict, fault);
    note(
      {
        ...shown,
        headers: { ...shown.headers },
        status: sent?.status ?? 0,
        answer: sent?.answer,
        accepted: [...verdict.accepted],
        refused: [...verdict.refused],
        ...(verdict.reports && { reports: [...verdict.reports] }),
        ...(fault && { fault }),
      },
      bytes,
    );
    await reply(response, sent, fault, stopped);
  };
}
