import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packForBrowser } from './pack.ts';

/** A script that shops put on their pages for the same purpose, as its maker publishes it on npm. */
export interface Peer {
  name: string;
  package: string;
  /** In the package: what a page loads, or what a shop's own build starts from. */
  file: string;
  /** There is no file for a script tag: it is bundled and minified as a shop would do it. */
  isPacked?: true;
  /** Loads `src` on a page and sends one page view to `origin`, as its maker's documentation says. Without: not timed. */
  head?: (src: string, origin: string) => string;
  /** The settings it fetches below `/<name>`. */
  integration?: string;
}

/** Calls made to a script of Segment's family before it is there, and where it asks for its settings. */
const segmentStub = (settingsFrom: string) =>
  `<script>window.analytics=[['page']];Object.assign(analytics,${JSON.stringify({
    _writeKey: 'shop-1',
    _cdn: settingsFrom,
    _loadOptions: {},
    invoked: true,
    initialize: false,
  })})</script>`;
const load = (src: string) => `<script async src="${src}"></script>`;
const loadThen = (src: string, code: string) => `<script async src="${src}" onload="${code}"></script>`;

/** The one whose time ours is held against. */
export const CUSTOMERIO: Peer = {
  name: 'Customer.io',
  package: '@customerio/cdp-analytics-browser',
  file: 'dist/umd/standalone.js',
  head: (src, origin) => segmentStub(`${origin}/Customer.io`) + load(src),
  integration: 'Customer.io Data Pipelines',
};

/** From small to large. */
export const PEERS: readonly Peer[] = [
  {
    name: 'Plausible',
    package: '@plausible-analytics/tracker',
    file: 'plausible.js',
    isPacked: true,
    head: (src, origin) =>
      loadThen(src, `peer.init({domain:'shop-1',endpoint:'${origin}/event',captureOnLocalhost:true})`),
  },
  {
    name: 'OpenPanel',
    package: '@openpanel/web',
    file: 'dist/src/tracker.global.js',
    head: (src, origin) =>
      '<script>window.op=(...call)=>op.q.push(call);op.q=[];' +
      `op('init',{clientId:'shop-1',apiUrl:'${origin}',trackScreenViews:true})</script>${load(src)}`,
  },
  { name: 'walker.js', package: '@elbwalker/walker.js', file: 'dist/walker.js' },
  {
    name: 'Snowplow',
    package: '@snowplow/browser-tracker',
    file: 'dist/index.umd.min.js',
    head: (src, origin) =>
      loadThen(
        src,
        `snowplowBrowserTracking.newTracker('sp','${origin}',{appId:'shop-1'});snowplowBrowserTracking.trackPageView()`,
      ),
  },
  CUSTOMERIO,
  {
    name: 'Segment',
    package: '@segment/analytics-next',
    file: 'dist/umd/standalone.js',
    head: (src, origin) => segmentStub(`${origin}/Segment`) + load(src),
    integration: 'Segment.io',
  },
  {
    name: 'RudderStack',
    package: '@rudderstack/analytics-js',
    file: 'dist/npm/modern/esm/index.mjs',
    isPacked: true,
  },
  { name: 'Jitsu', package: '@jitsu/js', file: 'dist/web/p.js.txt' },
];

export interface LoadedPeer extends Peer {
  version: string;
  code: Buffer;
}

/** The script as a page gets it; undefined when no home has the package. */
export async function loadPeer(peer: Peer, homes: readonly string[]): Promise<LoadedPeer | undefined> {
  const home = homes
    .map((path) => join(path, 'node_modules', peer.package))
    .find((path) => existsSync(join(path, peer.file)));
  if (home === undefined) return undefined;
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
  const file = join(home, peer.file);
  return { ...peer, version, code: peer.isPacked ? await packForBrowser(file) : readFileSync(file) };
}
