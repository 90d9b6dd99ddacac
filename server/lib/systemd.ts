import { spawn } from 'node:child_process';

/** Sends these assignments to the service manager. */
export type Notify = (...assignments: string[]) => void;

/** By a program of systemd: Node has no datagram sockets on a path. */
const bySystemdNotify =
  (onFailure: (error: Error) => void): Notify =>
  (...assignments) =>
    void spawn('systemd-notify', assignments, { stdio: 'ignore' }).once('error', onFailure);

/**
 * Reports to systemd that the service is ready, and as long as the event loop turns that it is alive, in a unit with
 * `Type=notify`, `NotifyAccess=all` and `WatchdogSec=`. Does nothing elsewhere.
 *
 * @param variables the environment.
 * @param onFailure is called where `systemd-notify` cannot be run; the unit is ended for lack of a report then.
 * @see systemd.service(5), sd_notify(3), read 2026-11-30.
 */
export function reportToSystemd(
  variables: Readonly<Record<string, unknown>>,
  onFailure: (error: Error) => void,
  notify: Notify = bySystemdNotify(onFailure),
): void {
  if (typeof variables.NOTIFY_SOCKET !== 'string') return;
  notify('READY=1');
  const watchdogMs = Number(variables.WATCHDOG_USEC ?? 0) / 1_000;
  if (watchdogMs > 0) setInterval(() => notify('WATCHDOG=1'), watchdogMs / 3).unref();
}
