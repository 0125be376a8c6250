/** Not yet known; an en dash keeps the place of the figure. */
export const UNKNOWN = '–';

export const whole = (value: number | undefined): string => (value === undefined ? UNKNOWN : String(Math.round(value)));

/** Nobody is shown a point or a percent that is not reached yet: 59.9 % is zone 1 and must not read 60. The epsilon is for hundredths such as 3.9999999. */
export const reached = (value: number | undefined): string => (value === undefined ? UNKNOWN : String(Math.floor(value + 1e-6)));

/** `0:42`, `12:05`, `1:02:07` */
export function duration(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** `12 s`, `4 min`, `2 h` */
export function age(seconds: number): string {
  if (seconds < 120) return `${Math.max(0, Math.floor(seconds))} s`;
  return seconds < 7200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}
