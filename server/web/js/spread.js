/*
 * Clusters and stacks that would cover each other on the screen are moved apart, a little: the
 * larger stays, the smaller gives way, and neither goes far from where it is.
 */
import { diameterOf } from './markers.js';

const ROUNDS = 6;
const GAP_PX = 2;
const FARTHEST_PX = 26;
/** A square of the world at zoom 0 in MapLibre's pixels. */
const TILE_PX = 512;

const xOf = (lon, size) => ((lon + 180) / 360) * size;
const yOf = (lat, size) => ((1 - Math.asinh(Math.tan(lat * (Math.PI / 180))) / Math.PI) / 2) * size;
const lonOf = (x, size) => (x / size) * 360 - 180;
const latOf = (y, size) => Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / size))) * (180 / Math.PI);

/** Moves two discs apart by what they overlap, each by the other's share of the count. */
function part(a, b) {
  const least = a.radius + b.radius + GAP_PX;
  let dx = b.x - a.x;
  let dy = b.y - a.y;
  if (Math.abs(dx) >= least || Math.abs(dy) >= least) return;
  let distance = Math.hypot(dx, dy);
  if (distance >= least) return;
  if (distance < 0.01) [dx, dy, distance] = [1, 0, 1];
  const overlap = (least - distance) / distance;
  const share = b.count / (a.count + b.count);
  a.x -= dx * overlap * share;
  a.y -= dy * overlap * share;
  b.x += dx * overlap * (1 - share);
  b.y += dy * overlap * (1 - share);
}

/** A place at most FARTHEST_PX from where it belongs. */
function held({ x, y, home }) {
  const distance = Math.hypot(x - home[0], y - home[1]);
  const reach = Math.min(1, FARTHEST_PX / (distance || 1));
  return [home[0] + (x - home[0]) * reach, home[1] + (y - home[1]) * reach];
}

/**
 * @param {Object[]} features  of /map
 * @param {number} zoom        of the map, at which they are to be apart
 * @return {Object[]}          the same, in the same order; what moved is a copy
 */
export function spread(features, zoom) {
  const size = TILE_PX * 2 ** zoom;
  const discs = features
    .map((feature, index) => {
      const { count } = feature.properties;
      const [lon, lat] = feature.geometry.coordinates;
      const home = [xOf(lon, size), yOf(lat, size)];
      return {
        index,
        count,
        radius: diameterOf(feature.properties) / 2,
        x: home[0],
        y: home[1],
        home,
      };
    })
    .filter(({ radius }) => radius > 0)
    .sort((a, b) => a.x - b.x);
  for (let round = 0; round < ROUNDS; round++)
    discs.forEach((disc, i) => {
      for (
        let j = i + 1;
        j < discs.length && discs[j].home[0] - disc.home[0] < 3 * FARTHEST_PX + 64;
        j++
      )
        part(disc, discs[j]);
    });
  const moved = [...features];
  for (const disc of discs) {
    const [x, y] = held(disc);
    const feature = features[disc.index];
    moved[disc.index] = {
      ...feature,
      geometry: { ...feature.geometry, coordinates: [lonOf(x, size), latOf(y, size)] },
    };
  }
  return moved;
}
