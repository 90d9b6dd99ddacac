import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request } from 'express';

/** What is read of a request: Node's, with what Express finds in its headers and its URL. */
export type Received = IncomingMessage & Pick<Request, 'ip' | 'hostname' | 'query'>;

/** A handler that needs no more of Express, and so can run without it. */
export type DirectHandler = (
  request: Received,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;
