import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const TICK_MS = 10;

/** What a running process has used so far, as Linux counts it. */
export interface Usage {
  /** CPU time of the thread that runs the event loop, and of all threads together. */
  mainMs: number;
  allMs: number;
}

export function readUsage(pid: number): Usage {
  return { mainMs: cpuMs(`/proc/${pid}/task/${pid}/stat`), allMs: cpuMs(`/proc/${pid}/stat`) };
}

/** CPU time of a PostgreSQL server and of the processes that it has for connections. */
export function serverMs(pid: number): number {
  const isOurs = (entry: string) => {
    try {
      const stat = readFileSync(join('/proc', entry, 'stat'), 'utf8');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid;
    } catch {
      return false;
    }
  };
  const children = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && isOurs(entry));
  return [pid, ...children.map(Number)].reduce((sum, one) => sum + readUsage(one).allMs, 0);
}

/** The most memory the process ever held, in MB. */
export const peakRssMb = (pid: number): number => memoryMb(pid, 'VmHWM');
/** The memory it holds, in MB. */
export const rssMb = (pid: number): number => memoryMb(pid, 'VmRSS');

function memoryMb(pid: number, field: string): number {
  const kb = new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb) / 1024;
}

/** User and system time are fields 14 and 15; the name in field 2 may hold anything but ends with the last bracket. */
function cpuMs(path: string): number {
  const stat = readFileSync(path, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
