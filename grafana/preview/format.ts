/** How Grafana writes a value, for the units that the dashboards use (packages/grafana-data/src/valueFormats). */

/** Steps of a unit: each so many of the one before. */
const SCALES: Readonly<Record<string, readonly (readonly [factor: number, suffix: string])[]>> = {
  ms: [
    [1, ' ms'],
    [1000, ' s'],
    [60_000, ' min'],
    [3_600_000, ' hour'],
  ],
  s: [
    [1, ' s'],
    [60, ' min'],
    [3600, ' hour'],
    [86_400, ' day'],
  ],
  m: [
    [1, ' min'],
    [60, ' hour'],
  ],
  decbytes: [
    [1, ' B'],
    [1000, ' kB'],
    [1e6, ' MB'],
    [1e9, ' GB'],
  ],
  decmbytes: [
    [1, ' MB'],
    [1000, ' GB'],
  ],
};
const SUFFIXES: Readonly<Record<string, string>> = { percent: '%', celsius: ' °C', cps: ' c/s' };

/** @param decimals undefined: as many as say something */
export function formatted(value: number, unit: string | undefined, decimals: number | undefined): string {
  const scale = (unit !== undefined && SCALES[unit]) || [[1, suffixOf(unit)] as const];
  const [factor, suffix] = scale.findLast(([step]) => Math.abs(value) >= step) ?? scale[0]!;
  return `${numberText(value / factor, factor === 1 ? decimals : (decimals ?? 1))}${suffix}`;
}

const suffixOf = (unit: string | undefined): string => (unit === undefined ? '' : (SUFFIXES[unit] ?? ` ${unit}`));

function numberText(value: number, decimals: number | undefined): string {
  if (decimals !== undefined) return value.toFixed(decimals);
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)));
}
