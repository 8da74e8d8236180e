/*
 * The names that the built-in basemap shows at small scale: the larger communes, from the
 * fixtures' communes.csv, and the countries and seas around France. Zoomed in, the page asks the
 * server for the communes in view instead.
 */
import { readFileSync } from 'node:fs';

/** Communes below this population are left to the server. */
const LEAST_POPULATION = 12000;
const DIGITS = 3;

const PAYS = [
  ['Espagne', -3.6, 40.2],
  ['Portugal', -8.2, 39.6],
  ['Italie', 11.3, 44.1],
  ['Suisse', 8.2, 46.85],
  ['Allemagne', 9.6, 50.6],
  ['Belgique', 4.7, 50.72],
  ['Luxembourg', 6.12, 49.78],
  ['Royaume-Uni', -1.6, 52.4],
  ['Irlande', -7.9, 53.2],
  ['Pays-Bas', 5.6, 52.2],
  ['Autriche', 14.2, 47.5],
  ['Andorre', 1.57, 42.54],
  ['Brésil', -52.6, 1.2],
  ['Suriname', -55.9, 4.1],
  ['Madagascar', 46.8, -19.2],
  ['Maurice', 57.57, -20.27],
  ['Comores', 43.4, -11.7],
  ['Dominique', -61.36, 15.42],
  ['Sainte-Lucie', -60.97, 13.89],
  ['Canada', -57.6, 48.7],
];
const MERS = [
  ['Océan Atlantique', -7.6, 46.2],
  ['Manche', -2.6, 49.95],
  ['Mer Méditerranée', 5.4, 41.9],
  ['Golfe de Gascogne', -3.6, 44.7],
  ['Mer du Nord', 3.2, 53.6],
  ['Mer Tyrrhénienne', 11.4, 40.4],
  ['Mer des Caraïbes', -63.4, 15.4],
  ['Océan Atlantique', -57.6, 16.6],
  ['Océan Indien', 53.2, -18.2],
  ['Océan Atlantique', -51.0, 6.4],
  ['Océan Pacifique', -154.0, -20.5],
  ['Mer de Corail', 160.2, -19.5],
  ['Canal du Mozambique', 42.2, -17.6],
];

/** Rows of a comma-separated file as objects; fields may stand in quotes (RFC 4180). */
function readCsv(file) {
  const rows = readFileSync(file, 'utf8')
    .trim()
    .split(/\r?\n/)
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
        ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare,
      ),
    );
  const header = rows.shift();
  return rows.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i]])));
}

function place(kind, nom, lon, lat, rank) {
  const coordinates = [lon, lat].map((degrees) => Number(Number(degrees).toFixed(DIGITS)));
  return {
    type: 'Feature',
    properties: { kind, nom, rank },
    geometry: { type: 'Point', coordinates },
  };
}

/**
 * @param {string} communesCsv  path of fixtures/communes.csv
 * @return {string}             GeoJSON text: points with kind ("commune", "pays", "mer"), nom, and
 *                              rank (the population of a commune)
 */
export function placesGeoJson(communesCsv) {
  const communes = readCsv(communesCsv)
    .filter(
      (row) =>
        row.type === 'commune-actuelle' && row.lon && Number(row.population) >= LEAST_POPULATION,
    )
    .sort((a, b) => b.population - a.population);
  return JSON.stringify({
    type: 'FeatureCollection',
    features: [
      ...PAYS.map(([nom, lon, lat]) => place('pays', nom, lon, lat, 0)),
      ...MERS.map(([nom, lon, lat]) => place('mer', nom, lon, lat, 0)),
      ...communes.map((row) => place('commune', row.nom, row.lon, row.lat, Number(row.population))),
    ],
  });
}
