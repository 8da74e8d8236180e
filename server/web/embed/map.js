/*
 * The map of an embed: the map page's style and markers, without its panels. A wheel or a finger
 * over it scrolls the page that it stands in.
 */
import { get, latest } from '../js/api.js';
import { LIVE_NAMES_ZOOM, ownStyle } from '../js/basemap.js';
import { addLayers, CLICKABLE, emptyCollection } from '../js/layers.js';
import { drawImage, imageOf, RATIO } from '../js/markers.js';
import { spread } from '../js/spread.js';
import { bboxText, gridBox, mapZoom, serverZoom } from '../js/viewport.js';

const SCRIPT = new URL('../vendor/maplibre-gl.js', import.meta.url).href;
const STYLE = new URL('../vendor/maplibre-gl.css', import.meta.url).href;
const FRANCE = '-5.2,41.3,9.7,51.2';
const MAX_ZOOM = 18;
const FIRST_MAX_ZOOM = 13;
const LISTED = 10;
const NAMED = 200;

const dark = matchMedia('(prefers-color-scheme: dark)').matches;
const still = matchMedia('(prefers-reduced-motion: reduce)').matches;

/** @param {HTMLElement} node  resolves once what it names has come */
function loaded(node) {
  return new Promise((resolve, reject) => {
    node.addEventListener('load', resolve);
    node.addEventListener('error', () => reject(new Error('the map library did not come')));
    document.head.append(node);
  });
}

async function library() {
  const script = Object.assign(document.createElement('script'), { src: SCRIPT });
  const style = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: STYLE });
  await Promise.all([loaded(script), loaded(style)]);
  return window.maplibregl;
}

/** @param {HTMLElement} frame  with the words of the map in its data attributes */
function makeMap(maplibregl, frame) {
  const { dataset: words } = frame;
  const [west, south, east, north] = (words.extent || FRANCE).split(',').map(Number);
  const map = new maplibregl.Map({
    container: frame,
    style: ownStyle(dark),
    bounds: [
      [west, south],
      [east, north],
    ],
    fitBoundsOptions: { padding: 36, maxZoom: FIRST_MAX_ZOOM },
    minZoom: 1.5,
    maxZoom: MAX_ZOOM,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    cooperativeGestures: true,
    fadeDuration: still ? 0 : 200,
    attributionControl: { compact: true },
    locale: {
      'AttributionControl.ToggleAttribution': words.sources,
      'CooperativeGesturesHandler.WindowsHelpText': words.ctrl,
      'CooperativeGesturesHandler.MacHelpText': words.cmd,
      'CooperativeGesturesHandler.MobileHelpText': words.touch,
      'Map.Title': words.title,
      'NavigationControl.ZoomIn': words.more,
      'NavigationControl.ZoomOut': words.less,
      'Popup.Close': words.close,
    },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), 'top-right');
  return map;
}

/** A feature of /map with what its layer needs. */
function drawn(feature, index) {
  const { properties } = feature;
  return {
    ...feature,
    properties: {
      ...properties,
      index,
      image: imageOf(properties, dark),
      label: properties.count ? properties.count.toLocaleString(document.documentElement.lang) : '',
      order: properties.count ?? -1,
      scale: 1,
      text_size: properties.stack ? 12 : 13,
    },
  };
}

function element(name, properties, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}

/** One initiative: its title leads to its page. */
function sheet(id, { titre, commune_nom: commune }) {
  const link = element('a', {
    href: new URL(`initiatives/${id}`, document.baseURI).href,
    target: '_blank',
    rel: 'noopener',
    textContent: titre,
  });
  return element('p', {}, link, ` ${commune}`);
}

/** What a stack or a point holds. */
async function contents({ id, properties }, filters, words) {
  if (!properties.stack) return [sheet(id, properties)];
  const { features } = await get(`clusters/${id}/items`, {
    ...filters,
    profile: 'compact',
    limit: LISTED,
  });
  const head = element('strong', { textContent: `${properties.count} ${words.together}` });
  return [head, ...features.map((each) => sheet(each.id, each.properties))];
}

/** Answers to clicks on what stands for initiatives. */
function listen(map, maplibregl, frame, filters, featureAt) {
  const popup = new maplibregl.Popup({ offset: 14, maxWidth: '280px' });
  map.on('click', CLICKABLE, async ({ features }) => {
    const feature = featureAt(features[0].properties.index);
    const { coordinates } = feature.geometry;
    if (feature.properties.cluster) {
      const zoom = Math.min(MAX_ZOOM, mapZoom(feature.properties.expansion_zoom));
      map.easeTo({ center: coordinates, zoom, duration: still ? 0 : 500, essential: true });
      return;
    }
    const parts = await contents(feature, filters, frame.dataset);
    popup.setLngLat(coordinates).setDOMContent(element('div', {}, ...parts)).addTo(map);
  });
  map.on('mousemove', CLICKABLE, () => {
    map.getCanvas().style.cursor = 'pointer';
  });
  map.on('mouseleave', CLICKABLE, () => {
    map.getCanvas().style.cursor = '';
  });
  frame.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || !popup.isOpen()) return;
    popup.remove();
    map.getCanvas().focus();
  });
}

/** What is seen, as a box of degrees. */
function boxOf(map) {
  const bounds = map.getBounds();
  return {
    west: bounds.getWest(),
    south: bounds.getSouth(),
    east: bounds.getEast(),
    north: bounds.getNorth(),
  };
}

/** Names of communes, seen close; the built-in map has those of towns. */
async function nameCommunes(map, ask) {
  if (map.getZoom() < LIVE_NAMES_ZOOM) return;
  const answer = await ask('collections/communes/items', {
    bbox: bboxText(boxOf(map)),
    properties: 'nom,population',
    limit: NAMED,
  });
  if (answer) map.getSource('communes')?.setData(answer);
}

/** Draws the map into its frame. @param {HTMLElement} frame */
export async function drawMap(frame) {
  const filters = Object.fromEntries(new URLSearchParams(frame.dataset.filters));
  const maplibregl = await library();
  const map = makeMap(maplibregl, frame);
  const [askMap, askCommunes] = [latest(), latest()];
  let features = [];
  const refresh = async () => {
    const level = serverZoom(map.getZoom());
    const answer = await askMap('map', {
      ...filters,
      bbox: bboxText(gridBox(boxOf(map), level)),
      zoom: level,
      cluster: 'distance',
    });
    if (!answer) return;
    features = spread(answer.features, map.getZoom());
    map.getSource('initiatives')?.setData({ ...emptyCollection(), features: features.map(drawn) });
    await nameCommunes(map, askCommunes);
  };
  const update = () => refresh().catch((error) => console.info(`arobase: ${error}`));
  map.on('styleimagemissing', ({ id }) => {
    const image = drawImage(id);
    if (image && !map.hasImage(id)) map.addImage(id, image, { pixelRatio: RATIO });
  });
  map.on('load', () => {
    addLayers(map, dark, true);
    frame.querySelector('.maplibregl-ctrl-attrib')?.classList.remove('maplibregl-compact-show');
    update();
  });
  map.on('moveend', update);
  map.on('idle', () => {
    frame.dataset.calme = '';
  });
  listen(map, maplibregl, frame, filters, (index) => features[index]);
}
