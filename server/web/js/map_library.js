/*
 * MapLibre, asked for once the page stands: its script and style sheet are most of the page's
 * weight, and the list does not need them.
 */
import { NARROW } from './edges.js';
import { ownStyle } from './basemap.js';
import { byId, prefersStillness } from './dom.js';
import { MapView } from './map.js';
import { t } from './words.js';

const SCRIPT = new URL('../vendor/maplibre-gl.js', import.meta.url).href;
const STYLE = new URL('../vendor/maplibre-gl.css', import.meta.url).href;
const MAX_ZOOM = 18;

const LOCALE = {
  'AttributionControl.ToggleAttribution': t('map.sources'),
  'Map.Title': t('map.map_name'),
  'NavigationControl.ZoomIn': t('map.zoom_in'),
  'NavigationControl.ZoomOut': t('map.zoom_out'),
  'ScaleControl.Meters': 'm',
  'ScaleControl.Kilometers': 'km',
  'Popup.Close': t('map.close'),
};

/** Puts an element first into the head, so that the page's own styles win; resolves when what it
 * names is there. @param {HTMLElement} node */
function loaded(node) {
  return new Promise((resolve, reject) => {
    node.addEventListener('load', resolve);
    node.addEventListener('error', () => {
      node.remove();
      reject(new Error('the map library was not reached'));
    });
    document.head.prepend(node);
  });
}

/** @return {Promise<unknown>}  rejects where the server is not reached; then it may be tried again */
export async function loadMapLibrary() {
  if (window.maplibregl) return;
  const [script, style] = [document.createElement('script'), document.createElement('link')];
  script.src = SCRIPT;
  style.rel = 'stylesheet';
  style.href = STYLE;
  await Promise.all([loaded(script), loaded(style)]);
}

/** Whether the browser can draw a map. */
const hasWebGL = () => Boolean(document.createElement('canvas').getContext('webgl2'));

/**
 * @param {string|null} basemap  address of a style, or null for the built-in one
 * @param {Place} place
 * @return {MapView|null}        null where the browser draws no maps
 */
export function createMap(basemap, { lon, lat, zoom }) {
  const { maplibregl } = window;
  /** @type {import('maplibre-gl').Map} */
  let map;
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  try {
    map = new maplibregl.Map({
      container: 'carte',
      style: basemap ?? ownStyle(dark),
      center: [lon, lat],
      zoom,
      minZoom: 1.5,
      maxZoom: MAX_ZOOM,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      fadeDuration: prefersStillness() ? 0 : 200,
      attributionControl: { compact: true },
      locale: LOCALE,
    });
  } catch (error) {
    if (!hasWebGL()) return null;
    throw error;
  }
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  if (!NARROW.matches)
    map.addControl(new maplibregl.ScaleControl({ maxWidth: 90 }), 'bottom-right');
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), 'bottom-right');
  byId('carte').removeAttribute('aria-busy');
  return new MapView(map, Boolean(basemap));
}
