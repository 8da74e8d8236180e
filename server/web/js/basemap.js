/*
 * The built-in map style: land, coasts and borders of Natural Earth, and names. It asks for
 * nothing but the page's own files, and its texts are drawn with the page's font.
 */

const WORLD = new URL('../data/monde.json', import.meta.url).href;
const PLACES = new URL('../data/lieux.json', import.meta.url).href;

/** Above this zoom the names of communes come from the server. */
export const LIVE_NAMES_ZOOM = 10;

const FONT = 'Figtree';
const LIGHT = {
  sea: '#d5e2ec',
  shore: '#c3d5e3',
  land: '#eeeae2',
  france: '#fdfcf9',
  coast: '#a9bccb',
  border: '#cfc8ba',
  limit: '#8b8f98',
  town: '#4a5266',
  dot: '#8d94a5',
  country: '#9a9384',
  water: '#6f93ad',
  halo: '#fdfcf9',
};
const DARK = {
  sea: '#0d141d',
  shore: '#121c28',
  land: '#18212c',
  france: '#222d3a',
  coast: '#33465a',
  border: '#2d3947',
  limit: '#5c6b7f',
  town: '#b5bfcd',
  dot: '#66758a',
  country: '#5d6b7c',
  water: '#3f5c78',
  halo: '#1a232e',
};

export const colours = (dark) => (dark ? DARK : LIGHT);

/** The smallest commune named at a zoom: names thin out before they collide. */
const LEAST_RANK = [
  'step',
  ['zoom'],
  250000,
  5.5,
  130000,
  6.3,
  70000,
  7,
  40000,
  7.8,
  25000,
  8.5,
  0,
];

/** Around the middle when that is free, else beside what stands there: initiatives come first. */
const AROUND = [
  'center',
  [0, 0],
  'left',
  [0.8, 0],
  'right',
  [-0.8, 0],
  'top',
  [0, 0.7],
  'bottom',
  [0, -0.7],
  'left',
  [2.3, 0],
  'right',
  [-2.3, 0],
  'top',
  [0, 2.1],
  'bottom',
  [0, -2.1],
];

/** The population of a commune, by the name that the built-in map or a tile has for it. */
const RANK = ['coalesce', ['get', 'rank'], ['get', 'population'], 0];

/** The layer of commune names of a source. */
export function townNames(id, source, c, more) {
  return {
    id,
    type: 'symbol',
    source,
    ...more,
    layout: {
      'text-field': ['get', 'nom'],
      'text-font': ['Medium', FONT],
      'text-size': [
        'interpolate',
        ['linear'],
        ['zoom'],
        5,
        ['step', RANK, 11, 300000, 12.5],
        11,
        ['step', RANK, 11.5, 10000, 13, 60000, 15.5],
      ],
      'text-variable-anchor-offset': AROUND,
      'text-justify': 'auto',
      'text-max-width': 7,
      'text-padding': 5,
      'symbol-sort-key': ['-', RANK],
    },
    paint: { 'text-color': c.town, 'text-halo-color': c.halo, 'text-halo-width': 1.4 },
  };
}

function names(id, kind, c, layout, colour) {
  return {
    id,
    type: 'symbol',
    source: 'lieux',
    minzoom: 3.2,
    filter: ['==', ['get', 'kind'], kind],
    layout: { 'text-field': ['get', 'nom'], 'text-max-width': 6, 'text-padding': 12, ...layout },
    paint: {
      'text-color': colour,
      'text-halo-color': kind === 'mer' ? c.sea : c.land,
      'text-halo-width': 1,
    },
  };
}

/**
 * @param {boolean} dark
 * @return {Object} a MapLibre style
 */
export function ownStyle(dark) {
  const c = colours(dark);
  /* Coasts are lines of their own: a smooth edge would be one more program to compile. */
  const fill = (kind, colour) => ({
    id: kind,
    type: 'fill',
    source: 'monde',
    filter: ['==', ['get', 'kind'], kind],
    paint: { 'fill-color': colour, 'fill-antialias': false },
  });
  const land = ['in', ['get', 'kind'], ['literal', ['terre', 'france']]];
  const line = (id, filter, colour, width, more = {}) => ({
    id,
    type: 'line',
    source: 'monde',
    filter,
    layout: { 'line-join': 'round' },
    paint: { 'line-color': colour, 'line-width': width, ...more },
  });
  return {
    version: 8,
    sources: {
      monde: {
        type: 'geojson',
        data: WORLD,
        tolerance: 0.2,
        attribution: 'Natural Earth',
      },
      lieux: { type: 'geojson', data: PLACES, attribution: 'GeoNames' },
    },
    layers: [
      { id: 'fond', type: 'background', paint: { 'background-color': c.sea } },
      line('rivage', land, c.shore, ['interpolate', ['linear'], ['zoom'], 3, 4, 8, 18], {
        'line-blur': 4,
      }),
      fill('terre', c.land),
      fill('france', c.france),
      line('frontieres', ['==', ['get', 'kind'], 'frontiere'], c.border, 0.8),
      line('cotes', land, c.coast, ['interpolate', ['linear'], ['zoom'], 3, 0.5, 9, 1.2]),
      names(
        'mers',
        'mer',
        c,
        {
          'text-font': ['Regular', FONT],
          'text-size': 12,
          'text-letter-spacing': 0.12,
          'text-max-width': 7,
        },
        c.water,
      ),
      names(
        'pays',
        'pays',
        c,
        {
          'text-font': ['SemiBold', FONT],
          'text-size': 11.5,
          'text-letter-spacing': 0.14,
          'text-transform': 'uppercase',
        },
        c.country,
      ),
      townNames('communes-grandes', 'lieux', c, {
        maxzoom: LIVE_NAMES_ZOOM,
        filter: ['all', ['==', ['get', 'kind'], 'commune'], ['>=', ['get', 'rank'], LEAST_RANK]],
      }),
    ],
  };
}
