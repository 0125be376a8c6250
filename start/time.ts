import { type Clock, type SettingValues, UserFacingError, virtualClock } from '@pulseboard/contract';
import type { MadeUpPlan } from '@pulseboard/edge-gateway';

/** The clock that parts run on. */
export interface Time {
  clock: Clock;
  kind: 'wall' | 'virtual';
  /** A class that runs since `startAt` is joined in its middle. */
  joins: boolean;
  /** The radio begins now; a virtual clock stands still until then. @returns UTC ms of the first moment */
  begin(): number;
}

export class ReplayInFutureError extends UserFacingError {
  readonly code = 'REPLAY_IN_FUTURE';
}

type TimeSettings = Pick<SettingValues, 'radio' | 'replaySpeed' | 'startAt'>;

/**
 * The wall's clock, or of a replay the virtual one, which ends where the process began.
 * @param plan of the gateway, when there is one in this process
 * @param alone the gateway is by itself: the processor has its own clock, which is the wall's, so a class that would end in the future is played as it happens
 * @param wall UTC ms
 * @throws ReplayInFutureError
 */
export function timeOf(
  settings: TimeSettings,
  plan: Pick<MadeUpPlan, 'kind' | 'durationMs'> | undefined,
  alone: boolean,
  wall: Clock,
): Time {
  const { startAt: givenStartAt, replaySpeed } = settings;
  const isReplay = settings.radio === 'replay';
  const now = wall();
  if (givenStartAt === undefined && !(isReplay && plan)) return { clock: wall, kind: 'wall', joins: false, begin: wall };
  const durationMs = plan?.durationMs ?? 0;
  const startAt = givenStartAt ?? now - durationMs;
  const goesOn = plan?.kind === 'simulated' || startAt + durationMs > now;
  if (alone && plan && replaySpeed === 1 && goesOn) return { clock: wall, kind: 'wall', joins: true, begin: () => startAt };
  if (startAt + durationMs > now)
    throw new ReplayInFutureError(
      'PULSEBOARD_START_AT would let the recording end in the future; choose an earlier time, or leave it empty.',
    );
  let running: Clock = () => startAt;
  return {
    clock: () => running(),
    kind: 'virtual',
    joins: false,
    begin() {
      running = virtualClock(startAt, replaySpeed, wall);
      return startAt;
    },
  };
}
