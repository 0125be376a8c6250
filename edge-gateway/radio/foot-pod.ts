import { ANT_SDM_DEVICE_TYPE, ANT_SDM_PERIOD_MS, encodeAntFrame } from './encode-ant.js';
import { encodeSdmPage, type SdmPage } from './encode-sdm.js';
import { normal, type Random } from './random.js';
import { FOOT_POD_CHANNEL } from './strap-encoder.js';
import type { WorkoutProgram } from './workout-program.js';

/** Legs follow a change of load sooner than the heart does. */
const LEG_TIME_CONSTANT_S = 4;
const LATENCY_S = 0.25;
/** Use state "active"; all other fields 0. */
const STATUS_ACTIVE = 0x01;
/** Independent channel with common pages. */
const SDM_CHANNEL_KIND = 5;
/** Main page twice, then the cadence page twice. */
const rotation = [1, 1, 2, 2] as const;

/** A foot pod that runs as hard as the program asks; `broadcast` is called once a period. */
export class AntFootPod {
  readonly #program: WorkoutProgram;
  readonly #random: Random;
  readonly #channelId;
  #message = 0;
  #share: number;
  #strides: number;
  #distanceM: number;

  constructor(deviceNumber: number, program: WorkoutProgram, random: Random) {
    this.#program = program;
    this.#random = random;
    this.#channelId = { deviceNumber, deviceType: ANT_SDM_DEVICE_TYPE, channelKind: SDM_CHANNEL_KIND };
    this.#share = program(0);
    this.#strides = random() * 256;
    this.#distanceM = random() * 256;
  }

  broadcast(atMs: number, rssiDbm?: number): Uint8Array {
    const periodS = ANT_SDM_PERIOD_MS / 1000;
    this.#share += (this.#program(atMs / 1000) - this.#share) * (1 - Math.exp(-periodS / LEG_TIME_CONSTANT_S));
    // From a walk (110 steps a minute, 1.1 m/s) to a fast run (180 steps a minute, 3.9 m/s).
    const stridesPerMinute = 45 + 45 * this.#share + 0.5 * normal(this.#random);
    const speedMps = 0.3 + 3.6 * this.#share;
    this.#strides += (stridesPerMinute / 60) * periodS;
    this.#distanceM += speedMps * periodS;
    const page: SdmPage =
      rotation[this.#message++ % rotation.length] === 1
        ? {
            page: 1,
            timeS: atMs / 1000,
            distanceM: this.#distanceM,
            speedMps,
            strideCount: Math.floor(this.#strides),
            latencyS: LATENCY_S,
          }
        : { page: 2, stridesPerMinute, speedMps, status: STATUS_ACTIVE };
    return encodeAntFrame({
      channel: FOOT_POD_CHANNEL,
      page: encodeSdmPage(page),
      channelId: this.#channelId,
      ...(rssiDbm === undefined ? {} : { rssiDbm }),
    });
  }
}
