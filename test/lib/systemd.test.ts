import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { reportToSystemd } from '../../server/lib/systemd.ts';
import { eventually } from '../support/eventually.ts';
import { tempDir } from '../support/temp-dir.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval'] }));
afterEach(() => void vi.useRealTimers());

const unexpected = (error: Error) => expect.unreachable(error.message);

test('a unit of Type=notify hears that the collector is ready, and three times in WatchdogSec that it is alive', () => {
  const sent: string[] = [];
  reportToSystemd({ NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC: '30000000' }, unexpected, (one) =>
    sent.push(one),
  );
  expect(sent).toEqual(['READY=1']);
  vi.advanceTimersByTime(30_000);
  expect(sent).toEqual(['READY=1', 'WATCHDOG=1', 'WATCHDOG=1', 'WATCHDOG=1']);
});

test.each([
  { where: 'elsewhere', variables: {}, expected: [] },
  { where: 'without WatchdogSec', variables: { NOTIFY_SOCKET: '@x' }, expected: ['READY=1'] },
])('$where nothing more is sent', ({ variables, expected }) => {
  const sent: string[] = [];
  reportToSystemd(variables, unexpected, (one) => sent.push(one));
  vi.advanceTimersByTime(60_000);
  expect(sent).toEqual(expected);
});

const LISTENER = `
import socket, sys
service_manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
service_manager.bind(sys.argv[1])
print('bound', flush=True)
while True: print(service_manager.recv(4096).decode(), flush=True)`;
const isHere = (program: string) => spawnSync(program, ['--version']).status === 0;

if (!['systemd-notify', 'python3'].every(isHere))
  test('systemd-notify or python3 is not on this machine: no datagram was sent', () => {});
else
  test('it arrives on the socket as datagrams', { tags: ['slow'] }, async () => {
    const socket = join(tempDir(), 'notify');
    const listener = spawn('python3', ['-c', LISTENER, socket]);
    onTestFinished(() => void listener.kill());
    let received = '';
    listener.stdout.on('data', (chunk) => (received += chunk));
    const arrived = (line: string) =>
      eventually(
        () => received.split('\n'),
        (lines) => lines.includes(line),
      );
    await arrived('bound');
    vi.stubEnv('NOTIFY_SOCKET', socket);
    onTestFinished(() => void vi.unstubAllEnvs());
    reportToSystemd({ NOTIFY_SOCKET: socket, WATCHDOG_USEC: '30000000' }, unexpected);
    await arrived('READY=1');
    vi.advanceTimersByTime(10_000);
    await arrived('WATCHDOG=1');
  });

test('where systemd-notify cannot be run that is reported', async () => {
  const failures: Error[] = [];
  vi.stubEnv('PATH', tempDir());
  onTestFinished(() => void vi.unstubAllEnvs());
  reportToSystemd({ NOTIFY_SOCKET: '/run/systemd/notify' }, (error) => failures.push(error));
  await eventually(
    () => failures.length,
    (count) => count === 1,
  );
  expect(failures[0]?.message).toContain('systemd-notify');
});
