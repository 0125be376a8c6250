/** Screens that walls, tablets, laptops and phones have, both ways round. */
const LANDSCAPE = [
  [568, 320],
  [640, 360],
  [844, 390],
  [800, 480],
  [1024, 768],
  [1180, 820],
  [1280, 720],
  [1366, 768],
  [1280, 1024],
  [1920, 1080],
  [2560, 1080],
  [2560, 1440],
  [3440, 1440],
  [3840, 2160],
] as const;

export interface Screen {
  readonly width: number;
  readonly height: number;
}

export const landscapeScreens: readonly Screen[] = LANDSCAPE.map(([width, height]) => ({ width, height }));
export const uprightScreens: readonly Screen[] = LANDSCAPE.map(([width, height]) => ({ width: height, height: width }));
export const CROWDS = [1, 2, 5, 12, 30, 50, 80] as const;
export const nameOf = ({ width, height }: Screen): string => `${width} × ${height}`;
