import { readdirSync, readFileSync } from 'node:fs';

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

/** CPU time of a PostgreSQL server and of the processes that it has, and had, for connections and upkeep. */
export function serverMs(pid: number): number {
  const running = readdirSync('/proc').flatMap((entry) => (/^\d+$/.test(entry) ? childMs(entry, pid) : []));
  return running.reduce((sum, ms) => sum + ms, cpuMs(`/proc/${pid}/stat`) + endedMs(pid));
}

/** Empty for another's, and for one that has just ended. */
function childMs(entry: string, parent: number): number[] {
  try {
    const path = `/proc/${entry}/stat`;
    return Number(fieldsOf(path)[1]) === parent ? [cpuMs(path)] : [];
  } catch {
    return [];
  }
}

/** Of children that have ended: fields 16 and 17. */
function endedMs(pid: number): number {
  const fields = fieldsOf(`/proc/${pid}/stat`);
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}

/** The most memory the process ever held, in MB. */
export const peakRssMb = (pid: number): number => memoryMb(pid, 'VmHWM');
/** The memory it holds, in MB. */
export const rssMb = (pid: number): number => memoryMb(pid, 'VmRSS');

function memoryMb(pid: number, field: string): number {
  const kb = new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb) / 1024;
}

/** User and system time are fields 14 and 15. */
function cpuMs(path: string): number {
  const fields = fieldsOf(path);
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** From field 3 on: the name in field 2 may hold anything but ends with the last bracket. */
function fieldsOf(path: string): string[] {
  const stat = readFileSync(path, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
