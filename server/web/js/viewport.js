/*
 * What the map asks the server for: the view, grown to the lines of a grid, so that clusters
 * stay put and answers are shared while one pans.
 */
import { latest } from './api.js';
import { filterParams } from './themes.js';

/** Share of a grid square that is asked for beyond the view. */
const PADDING = 0.3;
const MAX_LATITUDE = 85.05113;

/** The whole zoom whose clusters suit a zoom of the map: apart by 0.8 to 1.6 times their space.
 * @param {number} zoom */
export const levelOf = (zoom) => Math.floor(zoom + 0.3);
/** The server counts zooms on tiles of 256 pixels, MapLibre on tiles of 512.
 * @param {number} zoom */
export const serverZoom = (zoom) => Math.min(22, Math.max(0, levelOf(zoom) + 1));
/** @param {number} zoom */
export const mapZoom = (zoom) => zoom - 1;

/** @param {number} lon @param {number} squares */
const column = (lon, squares) => ((lon + 180) / 360) * squares;
/** @param {number} lat @param {number} squares */
const row = (lat, squares) => {
  const at = Math.min(MAX_LATITUDE, Math.max(-MAX_LATITUDE, lat)) * (Math.PI / 180);
  return ((1 - Math.asinh(Math.tan(at)) / Math.PI) / 2) * squares;
};
/** @param {number} x @param {number} squares */
const lonOf = (x, squares) => (x / squares) * 360 - 180;
/** @param {number} y @param {number} squares */
const latOf = (y, squares) =>
  Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / squares))) * (180 / Math.PI);

/** A longitude between -180 and 180. @param {number} lon */
function wrap(lon) {
  const turned = (((lon + 180) % 360) + 360) % 360;
  return turned - 180;
}

/** @param {number} degrees */
const text = (degrees) => String(Number(degrees.toFixed(6)));

/** The sea where the server would take the box for one of France with latitude first.
 * @param {number} west @param {number} south @param {number} east @param {number} north */
const offSomalia = (west, south, east, north) =>
  west >= 41 && east <= 52 && west <= east && south >= -6 && north <= 10;

/**
 * The bbox parameter of a box in which longitudes may pass 180.
 *
 * @param {Box} box
 */
export function bboxText({ west, south, east, north }) {
  const whole = east - west >= 360;
  const from = whole ? -180 : wrap(west);
  const to = whole ? 180 : wrap(east) === -180 ? 180 : wrap(east);
  if (offSomalia(from, south, to, north)) return [40.9, south, to, north].map(text).join(',');
  return [from, Math.max(-90, south), to, Math.min(90, north)].map(text).join(',');
}

/** The box to an eighth of a pixel: what stands for the map before it is there, and the map, which
 * computes it in its own way, then ask the same. @param {Box} box @param {number} zoom */
export function snapped({ west, south, east, north }, zoom) {
  const step = 360 / (512 * 2 ** zoom) / 8;
  /** @param {number} degrees */
  const snap = (degrees) => Math.round(degrees / step) * step;
  return { west: snap(west), south: snap(south), east: snap(east), north: snap(north) };
}

/** The box grown to the grid of a server zoom: squares of 256 pixels at that zoom.
 * @param {Box} box @param {number} zoom @return {Box} */
export function gridBox({ west, south, east, north }, zoom) {
  const squares = 2 ** zoom;
  /** @param {number} y */
  const clamp = (y) => Math.min(squares, Math.max(0, y));
  return {
    west: lonOf(Math.floor(column(west, squares) - PADDING), squares),
    east: lonOf(Math.ceil(column(east, squares) + PADDING), squares),
    north: latOf(clamp(Math.floor(row(north, squares) - PADDING)), squares),
    south: latOf(clamp(Math.ceil(row(south, squares) + PADDING)), squares),
  };
}

/**
 * Asks for what a view needs, one view at a time.
 *
 * @return {(box: Box, zoom: number, state: PageState) => Promise<MapAnswer|null>}  box and zoom of
 *         the map; null where a newer view came
 */
export function viewportSource() {
  const ask = latest();
  return (box, zoom, state) => {
    const level = serverZoom(zoom);
    return ask('map', {
      bbox: bboxText(gridBox(box, level)),
      zoom: level,
      cluster: 'distance',
      ...filterParams(state),
    });
  };
}
