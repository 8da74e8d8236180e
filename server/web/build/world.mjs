/*
 * The land, coasts and borders of the built-in basemap, from Natural Earth (public domain) as the
 * npm package world-atlas carries it.
 *
 * The 1:10m edition is simplified once, with one topology, so that neighbours never part: lightly
 * around metropolitan France and its overseas territories, heavily elsewhere. What is left is
 * small enough to be loaded with the page.
 */
import { readFileSync } from 'node:fs';
import { merge, mesh } from 'topojson-client';
import {
  filter,
  filterAttachedWeight,
  planarRingArea,
  planarTriangleArea,
  presimplify,
  simplify,
} from 'topojson-simplify';

/** Boxes seen close up, [west, south, east, north] in degrees. */
const FOCUS = [
  [-5.6, 41.2, 9.9, 51.4], // métropole
  [-63.3, 14.3, -60.7, 18.2], // Antilles
  [-54.7, 2.0, -51.4, 5.9], // Guyane
  [55.0, -21.5, 56.0, -20.7], // La Réunion
  [44.9, -13.1, 45.4, -12.5], // Mayotte
  [-56.6, 46.6, -56.0, 47.2], // Saint-Pierre-et-Miquelon
  [163.5, -22.8, 168.2, -19.5], // Nouvelle-Calédonie
  [-152.0, -18.0, -149.0, -16.3], // Polynésie: îles de la Société
  [-178.3, -14.5, -176.0, -13.1], // Wallis-et-Futuna
];
/** Seen around the focus, at smaller scale: Europe, the Caribbean, the south-west Indian Ocean. */
const NEAR = [
  [-13, 35, 20, 60],
  [-64, 9.5, -59, 18.8],
  [43, -26, 58.5, -9.5],
];

/** Triangles below this area (square degrees) go: about 300 m of detail in focus. */
const LEAST_AREA = 1e-5;
const DIGITS = 3;

/** ISO 3166-1 numeric: France and the collectivities that Natural Earth keeps apart. */
const FRENCH = new Set(['250', '540', '258', '876', '666', '663', '652']);
/** Goes round the pole, which no map of this projection shows. */
const ANTARCTICA = '010';

const inside = ([x, y], [west, south, east, north]) =>
  x >= west && x <= east && y >= south && y <= north;

/** How much an area counts, by where it lies. */
function scaled(area, at) {
  if (FOCUS.some((box) => inside(at, box))) return area;
  return area / (NEAR.some((box) => inside(at, box)) ? 800 : 120000);
}

/** How much the middle position of a triangle counts. */
const weight = (triangle) => scaled(planarTriangleArea(triangle), triangle[1]);

const round = (position) => position.map((degrees) => Number(degrees.toFixed(DIGITS)));

/** Longitudes that go on past 180 where a line crosses the antimeridian: the source jumps there. */
function unwrap(line) {
  let turn = 0;
  return line.map(([x, y], i) => {
    if (i > 0 && Math.abs(x - line[i - 1][0]) > 180) turn += x < line[i - 1][0] ? 360 : -360;
    return [x + turn, y];
  });
}

/** Rounds, and drops positions that fell together; null for what is no longer a line. */
function roundLine(line, least) {
  const kept = unwrap(line)
    .map(round)
    .filter(([x, y], i, all) => i === 0 || x !== all[i - 1][0] || y !== all[i - 1][1]);
  return kept.length < least ? null : kept;
}

function roundPolygons(polygons) {
  return polygons
    .map((rings) => rings.map((ring) => roundLine(ring, 4)))
    .filter((rings) => rings[0])
    .map((rings) => rings.filter(Boolean));
}

/** An islet stays where it would be seen: its area counts as its detail does. */
const ringWeight = (ring) => scaled(planarRingArea(ring), ring[0]);

/** The simplified topology; only the countries, since what two objects share counts as attached. */
function simplified(source) {
  const whole = JSON.parse(readFileSync(source, 'utf8'));
  delete whole.objects.land;
  const topology = simplify(presimplify(whole, weight), LEAST_AREA);
  return filter(topology, filterAttachedWeight(topology, LEAST_AREA, ringWeight));
}

/**
 * @param {string} source  path of world-atlas/countries-10m.json
 * @return {string}        GeoJSON text: features of kind "terre" (other countries), "france" and
 *                         "frontiere" (borders between other countries)
 */
export function worldGeoJson(source) {
  const topology = simplified(source);
  const { countries } = topology.objects;
  const french = countries.geometries.filter(({ id }) => FRENCH.has(id));
  const others = countries.geometries.filter(({ id }) => !FRENCH.has(id) && id !== ANTARCTICA);
  const polygons = (kind, geometries) => ({
    type: 'Feature',
    properties: { kind },
    geometry: {
      type: 'MultiPolygon',
      coordinates: roundPolygons(merge(topology, geometries).coordinates),
    },
  });
  const borders = mesh(
    topology,
    { type: 'GeometryCollection', geometries: others },
    (a, b) => a !== b,
  );
  return JSON.stringify({
    type: 'FeatureCollection',
    features: [
      polygons('terre', others),
      polygons('france', french),
      {
        type: 'Feature',
        properties: { kind: 'frontiere' },
        geometry: {
          type: 'MultiLineString',
          coordinates: borders.coordinates.map((line) => roundLine(line, 2)).filter(Boolean),
        },
      },
    ],
  });
}
