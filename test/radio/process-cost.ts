import { existsSync, readFileSync } from 'node:fs';

/** What a process took of the machine; NaN where there is no /proc. */
export interface ProcessCost {
  /** Of one core, over the span that was measured. */
  cpuPercent: number;
  /** Resident, now and at most. */
  memoryMb: number;
  peakMemoryMb: number;
}

const TICKS_A_SECOND = 100;

/** Begins to measure. @returns tells what it took since */
export function measureProcess(pid: number): () => ProcessCost {
  if (!existsSync(`/proc/${pid}`)) return () => ({ cpuPercent: Number.NaN, memoryMb: Number.NaN, peakMemoryMb: Number.NaN });
  const beganMs = performance.now();
  const beganTicks = cpuTicks(pid);
  return () => {
    const seconds = (performance.now() - beganMs) / 1000;
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const megabytes = (name: string) =>
      Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN) / 1000);
    return {
      cpuPercent: Math.round(((cpuTicks(pid) - beganTicks) / TICKS_A_SECOND / seconds) * 1000) / 10,
      memoryMb: megabytes('VmRSS'),
      peakMemoryMb: megabytes('VmHWM'),
    };
  };
}

/** User and system time; the name of the process before them may hold spaces. */
function cpuTicks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
