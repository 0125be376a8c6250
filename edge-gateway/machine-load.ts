import { readFileSync } from 'node:fs';

/** A Pi tells its temperature here, in thousandths of a degree. */
const THERMAL_ZONE = '/sys/class/thermal/thermal_zone0/temp';

/** Over less than this a share of a core says nothing. Several ask: whoever comes sooner hears the last figure again. */
const LEAST_SPAN_MS = 1000;

/** @returns a function that tells this process' share of one core since it was last measured, its memory, and the board's temperature where there is one */
export function machineLoad(): () => { cpuPercent: number; memoryMb: number; temperatureC?: number } {
  let usage = process.cpuUsage();
  let at = performance.now();
  let cpuPercent = 0;
  return () => {
    const elapsedMs = performance.now() - at;
    if (elapsedMs >= LEAST_SPAN_MS) {
      const used = process.cpuUsage(usage);
      usage = process.cpuUsage();
      at += elapsedMs;
      cpuPercent = Math.round((used.user + used.system) / elapsedMs) / 10;
    }
    const temperatureC = readTemperatureC();
    return {
      cpuPercent,
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
