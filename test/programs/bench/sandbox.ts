import { createSandbox } from '../../../server/sandbox/index.ts';
import { APIS, type Api } from '../../../server/sandbox/stand-in.ts';
import { serveParent } from './launch.ts';

/** The strict stand-ins, counting what they took and what they refused. With `--hang` none of them ever answers. */
export interface SandboxHello {
  urls: Record<Api, string>;
}
export interface Taken {
  accepted: number;
  refused: number;
}

const sandbox = await createSandbox();
if (process.argv.includes('--hang')) for (const api of APIS) sandbox.setFaults(api, { hang: true });
const taken: Taken = { accepted: 0, refused: 0 };
sandbox.onReceived(({ accepted, refused }) => {
  taken.accepted += accepted.length;
  taken.refused += refused.length;
});
serveParent(async () => taken);
process.send?.({ urls: sandbox.urls } satisfies SandboxHello);
