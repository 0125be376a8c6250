/** A wall clock in UTC milliseconds; pure code gets times, never a clock. */
export type Clock = () => number;

/**
 * The virtual clock of a replay: runs `speed` times as fast as life from `startAt` on, until it meets the real time, and is the real time after that.
 * @param startAt UTC ms at which the recording begins
 * @param speed virtual ms for each real ms
 * @param wall the real clock; read once here as the moment of the start
 */
export function virtualClock(startAt: number, speed: number, wall: Clock): Clock {
  const began = wall();
  return () => {
    const real = wall();
    return Math.min(Math.floor(startAt + (real - began) * speed), Math.max(real, startAt));
  };
}
