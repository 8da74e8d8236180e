/*
 * What the map asks the server for: the view, grown to the lines of a grid, so that clusters
 * stay put and answers are shared while one pans.
 */
import { latest } from './api.js';
import { filterParams } from './themes.js';

/** Share of a grid square that is asked for beyond the view. */
const PADDING = 0.3;
const MAX_LATITUDE = 85.05113;

/** The whole zoom whose clusters suit a zoom of the map: apart by 0.8 to 1.6 times their space. */
export const levelOf = (zoom) => Math.floor(zoom + 0.3);
/** The server counts zooms on tiles of 256 pixels, MapLibre on tiles of 512. */
export const serverZoom = (zoom) => Math.min(22, Math.max(0, levelOf(zoom) + 1));
export const mapZoom = (zoom) => zoom - 1;

const column = (lon, squares) => ((lon + 180) / 360) * squares;
const row = (lat, squares) => {
  const at = Math.min(MAX_LATITUDE, Math.max(-MAX_LATITUDE, lat)) * (Math.PI / 180);
  return ((1 - Math.asinh(Math.tan(at)) / Math.PI) / 2) * squares;
};
const lonOf = (x, squares) => (x / squares) * 360 - 180;
const latOf = (y, squares) =>
  Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / squares))) * (180 / Math.PI);

/** A longitude between -180 and 180. */
function wrap(lon) {
  const turned = (((lon + 180) % 360) + 360) % 360;
  return turned - 180;
}

const text = (degrees) => String(Number(degrees.toFixed(6)));

/** The sea where the server would take the box for one of France with latitude first. */
const offSomalia = (west, south, east, north) =>
  west >= 41 && east <= 52 && west <= east && south >= -6 && north <= 10;

/**
 * The bbox parameter of a box in which longitudes may pass 180.
 *
 * @param {{west: number, south: number, east: number, north: number}} box
 */
export function bboxText({ west, south, east, north }) {
  const whole = east - west >= 360;
  const from = whole ? -180 : wrap(west);
  const to = whole ? 180 : wrap(east) === -180 ? 180 : wrap(east);
  if (offSomalia(from, south, to, north)) return [40.9, south, to, north].map(text).join(',');
  return [from, Math.max(-90, south), to, Math.min(90, north)].map(text).join(',');
}

/** The box grown to the grid of a server zoom: squares of 256 pixels at that zoom. */
export function gridBox({ west, south, east, north }, zoom) {
  const squares = 2 ** zoom;
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
 * @return {function(Object, number, Object): Promise<Object|null>}  box, zoom of the map and state
 *         to the FeatureCollection of /map; null where a newer view came
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
