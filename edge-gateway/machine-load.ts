import { readFileSync } from 'node:fs';

/** A Pi tells its temperature here, in thousandths of a degree. */
const THERMAL_ZONE = '/sys/class/thermal/thermal_zone0/temp';

/** @returns a function that tells this process' share of one core since it was last asked, its memory, and the board's temperature where there is one */
export function machineLoad(): () => { cpuPercent: number; memoryMb: number; temperatureC?: number } {
  let usage = process.cpuUsage();
  let at = performance.now();
  return () => {
    const used = process.cpuUsage(usage);
    const elapsedMs = Math.max(1, performance.now() - at);
    usage = process.cpuUsage();
    at = performance.now();
    const temperatureC = readTemperatureC();
    return {
      cpuPercent: Math.round((used.user + used.system) / elapsedMs) / 10,
      memoryMb: Math.round(process.memoryUsage.rss() / 1e6),
      ...(temperatureC === undefined ? {} : { temperatureC }),
    };
  };
}

function readTemperatureC(): number | undefined {
  try {
    const milli = Number(readFileSync(THERMAL_ZONE, 'utf8'));
    return Number.isFinite(milli) ? milli / 1000 : undefined;
  } catch {
    return undefined;
  }
}
