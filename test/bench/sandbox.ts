import { createSandbox } from '../../server/sandbox/index.ts';
import type { Api } from '../../server/sandbox/stand-in.ts';
import { serveParent } from './launch.ts';

/** The strict stand-ins, counting what they took and what they refused. */
export interface SandboxHello {
  urls: Record<Api, string>;
}
export interface Taken {
  accepted: number;
  refused: number;
}

const sandbox = await createSandbox();
const taken: Taken = { accepted: 0, refused: 0 };
sandbox.onReceived(({ accepted, refused }) => {
  taken.accepted += accepted.length;
  taken.refused += refused.length;
});
serveParent(async () => taken);
process.send?.({ urls: sandbox.urls } satisfies SandboxHello);
