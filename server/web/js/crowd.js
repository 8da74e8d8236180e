/*
 * Points that the server sends one by one can still lie on top of each other on the screen: those
 * of one small square are drawn as one cluster, with the same properties as the server's.
 */
import { levelOf } from './viewport.js';

/** Side of a square, in pixels at a whole zoom; it divides a tile, so that squares stay put. */
const CELL_PX = 64;
const TILE_PX = 512;
/** From here on everything is shown as it is. */
const OPEN_ZOOM = 15;
const AXES = [1, 2, 3, 4];

/** The square of a position at a whole zoom. */
function cellOf([lon, lat], zoom) {
  const cells = (TILE_PX / CELL_PX) * 2 ** zoom;
  const x = ((lon + 180) / 360) * cells;
  const y = ((1 - Math.asinh(Math.tan(lat * (Math.PI / 180))) / Math.PI) / 2) * cells;
  return Math.floor(x) * 2 ** 26 + Math.floor(y);
}

function byCell(features, zoom) {
  const cells = new Map();
  for (const feature of features) {
    const key = cellOf(feature.geometry.coordinates, zoom);
    if (!cells.has(key)) cells.set(key, []);
    cells.get(key).push(feature);
  }
  return [...cells.values()];
}

const countOf = ({ properties }) => properties.count ?? 1;
const axeCount = ({ properties }, axe) =>
  properties[`axe_${axe}`] ?? (properties.axes?.includes(String(axe)) ? 1 : 0);
const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);

/** The first zoom of the map at which they are not all in one square. */
function partingZoom(features, zoom) {
  let at = zoom + 1;
  while (at < OPEN_ZOOM && byCell(features, at).length === 1) at++;
  return at;
}

/** The member nearest to their mean: a cluster stands where something is. */
function middle(features) {
  const total = sum(features.map(countOf));
  const mean = [0, 1].map(
    (i) =>
      sum(features.map((feature) => feature.geometry.coordinates[i] * countOf(feature))) / total,
  );
  const far = ({ geometry: { coordinates } }) =>
    (coordinates[0] - mean[0]) ** 2 + (coordinates[1] - mean[1]) ** 2;
  return features.reduce((best, feature) => (far(feature) < far(best) ? feature : best));
}

function clusterOf(features, zoom) {
  const shares = Object.fromEntries(
    AXES.map((axe) => [`axe_${axe}`, sum(features.map((feature) => axeCount(feature, axe)))]),
  );
  return {
    type: 'Feature',
    geometry: middle(features).geometry,
    properties: {
      cluster: true,
      count: sum(features.map(countOf)),
      ...shares,
      map_zoom: partingZoom(features, zoom),
    },
  };
}

/**
 * @param {Object[]} features  of /map
 * @param {number} zoom        of the map
 * @return {Object[]}          with one cluster in place of those that share a square
 */
export function gather(features, zoom) {
  if (zoom >= OPEN_ZOOM) return features;
  const level = levelOf(zoom);
  const clusters = features.filter(({ properties }) => properties.cluster);
  const singles = features.filter(({ properties }) => !properties.cluster);
  return [
    ...clusters,
    ...byCell(singles, level).map((members) =>
      members.length > 1 ? clusterOf(members, level) : members[0],
    ),
  ];
}
