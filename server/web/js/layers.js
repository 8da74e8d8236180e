/*
 * What arobase lays over any basemap: names of communes seen close, and the initiatives.
 */
import { colours, LIVE_NAMES_ZOOM, townNames } from './basemap.js';

/** @type {{type: 'FeatureCollection', features: any[]}} */
const EMPTY = { type: 'FeatureCollection', features: [] };

/** Layers whose features answer to a click. */
export const CLICKABLE = ['initiatives'];

const COUNT = ['case', ['has', 'count'], ['get', 'label'], ''];

/** Adds sources and layers to the style that the map has just loaded. */
export function addLayers(map, dark, ownBasemap) {
  const c = colours(dark);
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue('--ink').trim();
  const accent = style.getPropertyValue('--accent').trim();
  map.addSource('initiatives', { type: 'geojson', data: EMPTY });
  map.addSource('reperes', { type: 'geojson', data: EMPTY });
  if (ownBasemap) {
    map.addSource('communes', { type: 'geojson', data: EMPTY });
    map.addLayer(townNames('communes-vues', 'communes', c, { minzoom: LIVE_NAMES_ZOOM }));
  }
  const halo = {
    id: 'halo',
    type: 'circle',
    source: 'reperes',
    paint: {
      'circle-radius': ['get', 'radius'],
      'circle-color': accent,
      'circle-opacity': 0.16,
      'circle-stroke-color': accent,
      'circle-stroke-width': 2.5,
    },
  };
  map.addLayer({
    id: 'initiatives',
    type: 'symbol',
    source: 'initiatives',
    layout: {
      'icon-image': ['get', 'image'],
      'icon-allow-overlap': true,
      'icon-padding': 0,
      'icon-size': ['case', ['has', 'count'], 1, ['get', 'scale']],
      'symbol-sort-key': ['get', 'order'],
      'text-field': COUNT,
      'text-font': ['Bold', 'Figtree'],
      'text-size': ['get', 'text_size'],
      'text-offset': ['case', ['has', 'stack'], ['literal', [-0.25, 0.25]], ['literal', [0, 0]]],
      'text-allow-overlap': true,
      'text-padding': 0,
    },
    paint: { 'text-color': ink },
  });
  map.addLayer(halo);
  map.addLayer({
    id: 'choisie',
    type: 'symbol',
    source: 'reperes',
    filter: ['has', 'image'],
    layout: {
      'icon-image': ['get', 'image'],
      'icon-allow-overlap': true,
      'icon-ignore-placement': true,
    },
  });
}

export const emptyCollection = () => EMPTY;
