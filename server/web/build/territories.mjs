/*
 * The shortcuts to the parts of France: frame and silhouette of each, from Natural Earth (public
 * domain) as the npm package world-atlas carries it.
 */
import { readFileSync } from 'node:fs';
import { feature } from 'topojson-client';

/** Codes of départements and collectivities, with the frame a visitor expects, [west, south, east, north]. */
const TERRITORIES = [
  ['metro', 'Métropole', [-5.2, 41.3, 9.7, 51.2]],
  ['971', 'Guadeloupe', [-61.85, 15.8, -60.98, 16.55]],
  ['972', 'Martinique', [-61.26, 14.36, -60.78, 14.91]],
  ['973', 'Guyane', [-54.65, 2.1, -51.55, 5.85]],
  ['974', 'La Réunion', [55.18, -21.42, 55.87, -20.84]],
  ['976', 'Mayotte', [44.98, -13.03, 45.33, -12.6]],
  ['975', 'Saint-Pierre-et-Miquelon', [-56.45, 46.72, -56.1, 47.17]],
  ['977', 'Saint-Barthélemy', [-62.93, 17.86, -62.77, 17.98]],
  ['978', 'Saint-Martin', [-63.17, 18.0, -62.95, 18.14]],
  ['986', 'Wallis-et-Futuna', [-178.25, -14.4, -176.08, -13.15]],
  ['987', 'Polynésie française', [-152.0, -18.0, -149.0, -16.3]],
  ['988', 'Nouvelle-Calédonie', [163.4, -22.8, 168.2, -19.4]],
];
/** ISO 3166-1 numeric codes under which Natural Earth keeps them. */
const FRENCH = new Set(['250', '540', '258', '876', '666', '663', '652']);

/** Silhouettes stand in a square of this side. */
const SIZE = 32;
const MARGIN = 1;
/** Steps below this are not seen. */
const LEAST_STEP = 0.45;
/** Where no island is as wide as a mainland, those that would not be seen are drawn as dots. */
const LEAST_MAINLAND = 10;
const LEAST_WIDTH = 2.2;
const DOT = 1.1;

function outlines(source) {
  const topology = JSON.parse(readFileSync(source, 'utf8'));
  return topology.objects.countries.geometries
    .filter(({ id }) => FRENCH.has(id))
    .map((geometry) => feature(topology, geometry).geometry)
    .flatMap(({ type, coordinates }) => (type === 'Polygon' ? [coordinates] : coordinates))
    .map(([exterior]) => exterior);
}

/** A path of the outlines inside a frame, scaled to the square, north up. */
function silhouette(rings, [west, south, east, north]) {
  const shrink = Math.cos(((south + north) / 2) * (Math.PI / 180));
  const within = rings.filter((ring) =>
    ring.every(
      ([lon, lat]) =>
        lon > west - 0.1 && lon < east + 0.1 && lat > south - 0.1 && lat < north + 0.1,
    ),
  );
  const flat = within.map((ring) => ring.map(([lon, lat]) => [lon * shrink, -lat]));
  const xs = flat.flat().map(([x]) => x);
  const ys = flat.flat().map(([, y]) => y);
  const span = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
  const scale = (SIZE - 2 * MARGIN) / span;
  const shift = [(Math.max(...xs) + Math.min(...xs)) / 2, (Math.max(...ys) + Math.min(...ys)) / 2];
  const scaled = flat.map((ring) =>
    thin(
      ring.map(([x, y]) => [(x - shift[0]) * scale + SIZE / 2, (y - shift[1]) * scale + SIZE / 2]),
    ),
  );
  const archipelago = Math.max(...scaled.map(widthOf)) < LEAST_MAINLAND;
  return scaled
    .map((ring) => (archipelago && widthOf(ring) < LEAST_WIDTH ? dot(ring) : outline(ring)))
    .join('');
}

function outline(ring) {
  if (ring.length < 3) return '';
  return `M${ring.map((position) => position.map((at) => Number(at.toFixed(1))).join(' ')).join('L')}Z`;
}

function widthOf(ring) {
  const spans = [0, 1].map(
    (i) => Math.max(...ring.map((at) => at[i])) - Math.min(...ring.map((at) => at[i])),
  );
  return Math.max(...spans);
}

/** An islet that would not be seen. */
function dot([[x, y]]) {
  return `M${(x - DOT).toFixed(1)} ${y.toFixed(1)}a${DOT} ${DOT} 0 1 0 ${2 * DOT} 0a${DOT} ${DOT} 0 1 0 ${-2 * DOT} 0Z`;
}

function thin(ring) {
  const kept = [];
  for (const at of ring) {
    const last = kept.at(-1);
    if (!last || Math.hypot(at[0] - last[0], at[1] - last[1]) >= LEAST_STEP) kept.push(at);
  }
  return kept;
}

/**
 * @param {string} source  path of world-atlas/countries-10m.json
 * @return {string}        JSON text: {size, territoires: [{code, nom, bounds, path}]}
 */
export function territoriesJson(source) {
  const rings = outlines(source);
  const territoires = TERRITORIES.map(([code, nom, frame]) => ({
    code,
    nom,
    bounds: [frame.slice(0, 2), frame.slice(2)],
    path: silhouette(rings, frame),
  }));
  return JSON.stringify({ size: SIZE, territoires });
}
