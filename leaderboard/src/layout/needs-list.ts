/** What header, footer and gaps leave for the tiles. */
const SHARE_OF_TILES = 0.75;
/** A tile in which name, leading figure and what ranks can be read, px². */
const LEAST_TILE_AREA = 7000;

/** A list that scrolls instead of a grid of tiles: on a phone, and in a window in which tiles for so many people could not be read. */
export const needsList = (width: number, height: number, members: number): boolean =>
  width < 700 || height < 480 || (SHARE_OF_TILES * width * height) / Math.max(1, members) < LEAST_TILE_AREA;
