/*
 * The map of a page that lists features or shows one: what the page's JSON form holds, drawn. The
 * page is whole without it, so that nothing is shown where a map cannot be.
 */
import { ownStyle } from '../js/basemap.js';

const COLOUR = '#2464cf';
const CLOSE_ZOOM = 12;

/** [[west, south], [east, north]] of every position in a geometry, added to a box. */
function extend(box, coordinates) {
  if (typeof coordinates?.[0] === 'number') {
    const [[west, south], [east, north]] = box;
    const [lon, lat] = coordinates;
    return [
      [Math.min(west, lon), Math.min(south, lat)],
      [Math.max(east, lon), Math.max(north, lat)],
    ];
  }
  return (coordinates ?? []).reduce(extend, box);
}

function boundsOf(geojson) {
  const features = geojson.features ?? [geojson];
  const none = [
    [Infinity, Infinity],
    [-Infinity, -Infinity],
  ];
  return features.reduce((box, feature) => extend(box, feature.geometry?.coordinates), none);
}

/** The map, or nothing where this browser cannot draw one: the page says all without it. */
function makeMap(frame, bounds) {
  frame.hidden = false;
  try {
    return new window.maplibregl.Map({
      container: frame,
      style: ownStyle(window.matchMedia('(prefers-color-scheme: dark)').matches),
      bounds,
      fitBoundsOptions: { padding: 40, maxZoom: CLOSE_ZOOM },
      cooperativeGestures: true,
      attributionControl: { compact: true },
    });
  } catch {
    frame.hidden = true;
    return undefined;
  }
}

function draw(frame, geojson, bounds) {
  const map = makeMap(frame, bounds);
  if (!map) return;
  map.on('load', () => {
    /* What a place lies in, where the server has contours. */
    const tiles = new URL(frame.dataset.tiles, window.location.href).href;
    map.addSource('communes', {
      type: 'vector',
      tiles: [`${tiles}/{z}/{x}/{y}.mvt`],
      maxzoom: 14,
    });
    map.addLayer({
      id: 'communes',
      type: 'line',
      source: 'communes',
      'source-layer': 'communes',
      minzoom: 8,
      paint: { 'line-color': '#888', 'line-opacity': 0.5, 'line-width': 1 },
    });
    map.addSource('objets', { type: 'geojson', data: geojson });
    map.addLayer({
      id: 'surfaces',
      type: 'fill',
      source: 'objets',
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': COLOUR, 'fill-opacity': 0.2, 'fill-outline-color': COLOUR },
    });
    map.addLayer({
      id: 'points',
      type: 'circle',
      source: 'objets',
      filter: ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-color': COLOUR,
        'circle-radius': 5,
        'circle-stroke-color': '#fff',
        'circle-stroke-width': 1.5,
      },
    });
  });
}

const frame = /** @type {HTMLElement|null} */ (document.querySelector('.page-map'));
if (frame && window.maplibregl) {
  const answer = await fetch(frame.dataset.geojson);
  const geojson = answer.ok ? await answer.json() : {};
  const bounds = boundsOf(geojson);
  if (bounds[0][0] <= bounds[1][0]) draw(frame, geojson, bounds);
}
