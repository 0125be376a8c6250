/** ANT+ pages of a foot pod (Stride based Speed and Distance Monitor profile). Pure; counters are wrapped here. */

const RESERVED = 0xff;

export interface SdmMainPage {
  page: 1;
  /** Pod's clock; wraps at 256 s, in steps of 1/200 s. */
  timeS: number;
  /** Wraps at 256 m, in steps of 1/16 m. */
  distanceM: number;
  /** Below 16 m/s, in steps of 1/256 m/s. */
  speedMps: number;
  /** Strides (two steps each); wraps at 256. */
  strideCount: number;
  /** Between the stride and its broadcast, in steps of 1/32 s. */
  latencyS: number;
}

export interface SdmCadencePage {
  page: 2;
  /** Below 256 a minute, in steps of 1/16. */
  stridesPerMinute: number;
  speedMps: number;
  /** Location, battery, health and use, two bits each from the top. */
  status: number;
}

export type SdmPage = SdmMainPage | SdmCadencePage;

export function encodeSdmPage(page: SdmPage): Uint8Array {
  const speedIn256ths = Math.min(0xfff, Math.round(page.speedMps * 256));
  const bytes = new Uint8Array(8);
  bytes[0] = page.page;
  bytes[5] = speedIn256ths;
  const wholeMps = (speedIn256ths >> 8) & 0x0f;
  if (page.page === 1) {
    const timeIn200ths = Math.floor(page.timeS * 200);
    const distanceIn16ths = Math.floor(page.distanceM * 16);
    bytes[1] = timeIn200ths % 200;
    bytes[2] = Math.floor(timeIn200ths / 200);
    bytes[3] = distanceIn16ths >> 4;
    bytes[4] = ((distanceIn16ths & 0x0f) << 4) | wholeMps;
    bytes[6] = page.strideCount;
    bytes[7] = Math.round(page.latencyS * 32);
  } else {
    const cadenceIn16ths = Math.round(page.stridesPerMinute * 16);
    bytes[1] = RESERVED;
    bytes[2] = RESERVED;
    bytes[3] = cadenceIn16ths >> 4;
    bytes[4] = ((cadenceIn16ths & 0x0f) << 4) | wholeMps;
    bytes[6] = RESERVED;
    bytes[7] = page.status;
  }
  return bytes;
}
