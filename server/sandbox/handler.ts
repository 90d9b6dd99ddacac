import type { FaultScript } from './faults.ts';
import type { Handler } from './listener.ts';
import type { Received } from './record.ts';
import { faultyAnswer, hidesRequest, reply, UNSEEN } from './reply.ts';
import { readRequest } from './request.ts';
import type { StandIn } from './stand-in.ts';

/** A request and its response, without the fields that the record adds: id, API and time. */
export type Exchange = Omit<Received, 'id' | 'api' | 'at'>;

/**
 * Read → fault or validate → record → reply. The request is recorded before the response is sent, so that a client with
 * the response finds the request in the record.
 *
 * @param record `bytes` is the size of the unpacked body.
 */
export function createHandler(
  standIn: StandIn,
  script: FaultScript,
  record: (exchange: Exchange, bytes: number) => void,
): Handler {
  return async (incoming, response, stopped) => {
    const request = await readRequest(incoming);
    if (!request) {
      response.writeHead(413, { 'Content-Type': 'text/html' }).end('<h1>413 Request Entity Too Large</h1>');
      return;
    }
    const { isJson: _, bytes, ...shown } = request;
    const fault = script.next(request.path);
    const result = hidesRequest(fault) ? UNSEEN : standIn.validate(request);
    const sent = faultyAnswer(result, fault);
    record(
      {
        ...shown,
        headers: { ...shown.headers },
        status: sent?.status ?? 0,
        answer: sent?.answer,
        accepted: [...result.accepted],
        refused: [...result.refused],
        ...(result.reports && { reports: [...result.reports] }),
        ...(fault && { fault }),
      },
      bytes,
    );
    await reply(response, sent, fault, stopped);
  };
}
