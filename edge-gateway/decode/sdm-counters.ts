import { SDM_MAIN_PAGE, type SdmPage } from './sdm-page.js';

const STRIDES_WRAP = 256;
const DISTANCE_WRAP_M = 256;
const TIME_WRAP_S = 256;
const TIME_UNITS_PER_S = 200;

/** The counters of a foot pod's last page 1. Opaque: give it back with the next page. */
export interface SdmState {
  readonly timeS: number;
  readonly distanceM: number;
  readonly strides: number;
  readonly lastCountersAt: number;
}

export interface SdmStep {
  state: SdmState | undefined;
  /** What was added since the page 1 before; absent on other pages, on the first one, and after 256 s without one. */
  added?: { timeS: number; distanceM: number; strides: number };
}

/**
 * Adds a page to a foot pod's state and says what its counters gained, each over its own wrap (256 s, 256 m, 256 strides). Pure.
 * @param state undefined for the first page of a pod
 * @param at reception, UTC ms
 */
export function addSdmPage(state: SdmState | undefined, page: SdmPage, at: number): SdmStep {
  const { timeS, distanceM, strides } = page;
  if (page.page !== SDM_MAIN_PAGE || timeS === undefined || distanceM === undefined || strides === undefined) return { state };
  const next: SdmState = { timeS, distanceM, strides, lastCountersAt: at };
  if (!state || at - state.lastCountersAt >= TIME_WRAP_S * 1000) return { state: next };
  return {
    state: next,
    added: {
      timeS: elapsed(timeS, state.timeS),
      distanceM: (distanceM - state.distanceM + DISTANCE_WRAP_M) % DISTANCE_WRAP_M,
      strides: (strides - state.strides + STRIDES_WRAP) % STRIDES_WRAP,
    },
  };
}

/** In whole units of the pod's clock, for a two-hundredth has no exact double. */
function elapsed(laterS: number, earlierS: number): number {
  const wrap = TIME_WRAP_S * TIME_UNITS_PER_S;
  return ((Math.round(laterS * TIME_UNITS_PER_S) - Math.round(earlierS * TIME_UNITS_PER_S) + wrap) % wrap) / TIME_UNITS_PER_S;
}
