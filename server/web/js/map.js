/*
 * The map: MapLibre, what stands on it, and what one can do with it.
 */
import { AreaLayers, AREAS } from './area_layers.js';
import { factWords, learn } from './areas.js';
import { LIVE_NAMES_ZOOM, ownStyle } from './basemap.js';
import { h, prefersStillness } from './dom.js';
import { counted, number } from './format.js';
import { addLayers, CLICKABLE, emptyCollection } from './layers.js';
import { drawImage, imageOf, RATIO } from './markers.js';
import { spread } from './spread.js';
import { StillMap } from './still.js';
import { rateWords } from './tint.js';
import { mapZoom } from './viewport.js';

const { maplibregl } = window;

const METROPOLE = [
  [-5.2, 41.3],
  [9.7, 51.2],
];
const MAX_ZOOM = 18;
const CLOSE_ZOOM = 14;
/** The strip of territories over the map's foot, and the sheet's glimpse (panel.css). */
const STRIP_PX = 80;
const GLIMPSE_PX = 148;

const LOCALE = {
  'AttributionControl.ToggleAttribution': 'Afficher ou masquer les sources',
  'GeolocateControl.FindMyLocation': 'Me localiser',
  'GeolocateControl.LocationNotAvailable': 'Position indisponible',
  'Map.Title': 'Carte',
  'NavigationControl.ZoomIn': 'Zoom avant',
  'NavigationControl.ZoomOut': 'Zoom arrière',
  'ScaleControl.Meters': 'm',
  'ScaleControl.Kilometers': 'km',
  'Popup.Close': 'Fermer',
};

const NARROW = matchMedia('(max-width: 719px)');
const darkScheme = matchMedia('(prefers-color-scheme: dark)');

/** Room for what stands at the edges of the map, above the sheet that covers its foot. */
const edges = (covered) =>
  NARROW.matches
    ? { top: 60, bottom: 16 + covered + STRIP_PX, left: 16, right: 16 }
    : { top: 64, bottom: 24 + STRIP_PX, left: 24, right: 64 };

/** The part of the map above what covers its foot, as a box of degrees. */
function visibleBox(map, covered) {
  const { clientWidth: width, clientHeight: height } = map.getContainer();
  const northWest = map.unproject([0, 0]);
  const southEast = map.unproject([width, Math.max(60, height - covered)]);
  return { west: northWest.lng, north: northWest.lat, east: southEast.lng, south: southEast.lat };
}

/** How large a point is drawn: small where a region is seen, whole in a town. */
const pointScale = (zoom) => Math.min(1, Math.max(0.65, 0.65 + (zoom - 7) * 0.1));

/** A feature of /map with what its layer needs. */
function drawn(feature, index, dark, scale) {
  const { properties } = feature;
  const count = properties.count ?? 1;
  return {
    ...feature,
    properties: {
      ...properties,
      index,
      image: imageOf(properties, dark),
      label: properties.count ? number(properties.count) : '',
      order: properties.count ? count : -1,
      scale,
      text_size: properties.stack ? 12 : count >= 1000 ? 14.5 : 13,
    },
  };
}

/**
 * @param {string|null} basemap  address of a style, or null for the built-in one
 * @param {{zoom: number, lat: number, lon: number}|null} position
 * @return {MapView|StillMap}    the latter where the browser draws no maps: it has no WebGL
 */
export function createMap(basemap, position) {
  let map;
  try {
    map = mapLibre(basemap, position);
  } catch (error) {
    if (!String(error.message).includes('WebGL')) throw error;
    return new StillMap(position, METROPOLE);
  }
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibregl.ScaleControl({ maxWidth: 90 }), 'bottom-right');
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), 'bottom-right');
  map.addControl(
    new maplibregl.GeolocateControl({ positionOptions: { enableHighAccuracy: true } }),
    'bottom-right',
  );
  return new MapView(map, Boolean(basemap));
}

function mapLibre(basemap, position) {
  return new maplibregl.Map({
    container: 'carte',
    style: basemap ?? ownStyle(darkScheme.matches),
    ...(position
      ? { center: [position.lon, position.lat], zoom: position.zoom }
      : { bounds: METROPOLE, fitBoundsOptions: { padding: edges(GLIMPSE_PX) } }),
    minZoom: 1.5,
    maxZoom: MAX_ZOOM,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: prefersStillness() ? 0 : 200,
    attributionControl: { compact: true },
    locale: LOCALE,
  });
}

/** What the rest of the page uses of the map. */
class MapView extends EventTarget {
  #map;
  /** Whether the basemap is another's, and whether its style has come. */
  #foreign;
  #styled = false;
  /** The features of /map, and the same where they are drawn. */
  #answer = emptyCollection();
  #placed = [];
  /** Pixels of the map's foot that the sheet covers. */
  #covered = 0;
  #communes = emptyCollection();
  #areas;
  /** What showAreas() was given last. */
  #wanted = null;
  #marks = emptyCollection();
  #popup = new maplibregl.Popup({
    closeButton: false,
    closeOnClick: false,
    offset: 16,
    className: 'bulle',
    maxWidth: '260px',
  });

  constructor(map, foreign) {
    super();
    this.#map = map;
    this.#foreign = foreign;
    this.#areas = new AreaLayers(map);
    map.on('styleimagemissing', ({ id }) => {
      const image = drawImage(id);
      if (image && !map.hasImage(id)) map.addImage(id, image, { pixelRatio: RATIO });
    });
    map.on('style.load', () => {
      this.#styled = true;
      addLayers(map, darkScheme.matches, !this.#foreign);
      this.#areas.restore(darkScheme.matches, !this.#foreign);
      this.#drawAreas();
      this.#draw();
    });
    const { dataset } = map.getContainer();
    map.on('idle', () => {
      dataset.calme = '';
      this.dispatchEvent(new Event('calm'));
    });
    map.on('movestart', () => {
      delete dataset.calme;
    });
    map.on('dataloading', () => {
      delete dataset.calme;
    });
    map.on('moveend', () => this.dispatchEvent(new Event('move')));
    map.on('load', () => {
      map
        .getContainer()
        .querySelector('.maplibregl-ctrl-attrib')
        ?.classList.remove('maplibregl-compact-show');
    });
    map.on('error', () => {
      if (this.#foreign && !this.#styled) this.#ownBasemap();
    });
    darkScheme.addEventListener('change', () => {
      if (!this.#foreign) this.#ownBasemap();
    });
    this.#listen();
  }

  #listen() {
    const map = this.#map;
    map.on('click', CLICKABLE, (event) => {
      event.preventDefault();
      this.pick(this.#answer.features[event.features[0].properties.index]);
    });
    map.on('mousemove', CLICKABLE, (event) => {
      event.preventDefault();
      this.#areas.hover(null);
      map.getCanvas().style.cursor = 'pointer';
      this.explain(this.#answer.features[event.features[0].properties.index]);
    });
    map.on('mouseleave', CLICKABLE, () => this.#leave());
    map.on('movestart', () => this.#popup.remove());
    this.#listenToAreas();
  }

  /** Territories lie under the initiatives: what these have taken is not theirs. */
  #listenToAreas() {
    const map = this.#map;
    map.on('click', AREAS, (event) => {
      if (event.defaultPrevented) return;
      this.#popup.remove();
      const detail = { kind: this.#areas.kind, code: event.features[0].properties.code };
      learn(detail.kind, event.features[0].properties);
      this.dispatchEvent(new CustomEvent('area', { detail }));
    });
    map.on('mousemove', AREAS, (event) => {
      if (event.defaultPrevented) return;
      const [feature] = event.features;
      map.getCanvas().style.cursor = 'pointer';
      this.#areas.hover(feature.id);
      this.#tell(event.lngLat, feature.properties.nom, [
        counted(feature.properties.initiatives ?? 0, 'initiative'),
        factWords(feature.properties),
        rateWords(this.#wanted.measure, feature.properties),
      ]);
    });
    map.on('mouseleave', AREAS, () => {
      this.#areas.hover(null);
      this.#leave();
    });
  }

  #leave() {
    this.#map.getCanvas().style.cursor = '';
    this.#popup.remove();
  }

  /** Does what a click on a feature that is shown does. */
  pick(feature) {
    this.#popup.remove();
    const {
      properties,
      geometry: { coordinates },
    } = feature;
    if (properties.cluster)
      this.open(coordinates, mapZoom(properties.expansion_zoom));
    else this.dispatchEvent(new CustomEvent('pick', { detail: feature }));
  }

  /** A word on what the pointer is over; the list says the same to those who have none. */
  explain(feature) {
    if (!feature) return;
    const { titre, commune_nom: commune, count, stack } = feature.properties;
    const first = titre ?? `${number(count)} initiatives${stack ? ' au même endroit' : ''}`;
    const second = commune ?? (stack ? 'Cliquer pour les lister' : 'Cliquer pour zoomer');
    this.#tell(feature.geometry.coordinates, first, [second]);
  }

  #tell(place, title, lines) {
    const words = lines.filter(Boolean).map((line) => h('span', {}, line));
    this.#popup.setLngLat(place).setDOMContent(h('div', {}, h('strong', {}, title), words));
    if (!this.#popup.isOpen()) this.#popup.addTo(this.#map);
  }

  hush() {
    this.#popup.remove();
  }

  /** The built-in basemap: in other colours, or in place of one that does not come. */
  #ownBasemap() {
    this.#foreign = false;
    this.#styled = false;
    this.#map.setStyle(ownStyle(darkScheme.matches), { diff: false });
  }

  #draw() {
    const dark = darkScheme.matches;
    const zoom = this.#map.getZoom();
    this.#placed = spread(this.#answer.features, zoom);
    const features = this.#placed.map((feature, index) =>
      drawn(feature, index, dark, pointScale(zoom)),
    );
    this.#map.getSource('initiatives')?.setData({ type: 'FeatureCollection', features });
    this.#map.getSource('communes')?.setData(this.#communes);
    this.#map.getSource('reperes')?.setData(this.#marks);
  }

  /** The view: box of degrees that is seen, and zoom. */
  get box() {
    return visibleBox(this.#map, this.#covered);
  }

  /** The whole frame, with what the sheet covers. */
  get frame() {
    const bounds = this.#map.getBounds();
    return {
      west: bounds.getWest(),
      south: bounds.getSouth(),
      east: bounds.getEast(),
      north: bounds.getNorth(),
    };
  }

  get zoom() {
    return this.#map.getZoom();
  }

  get position() {
    const { lng, lat } = this.#map.getCenter().wrap();
    return { zoom: this.zoom, lat, lon: lng };
  }

  get wantsCommunes() {
    return !this.#foreign && this.zoom >= LIVE_NAMES_ZOOM && !this.#areas.namesCommunes;
  }

  /**
   * Shows territories; `how` as AreaLayers.show() takes it, without `dark` and `own`.
   */
  showAreas(how) {
    this.#wanted = how;
    if (this.#styled) this.#drawAreas();
  }

  #drawAreas() {
    if (!this.#wanted) return;
    this.#areas.show({ ...this.#wanted, dark: darkScheme.matches, own: !this.#foreign });
    if (this.#areas.namesCommunes) this.showCommunes(emptyCollection());
  }

  /** What the tiles that are there say of the chosen territory. */
  areaFacts(territory) {
    return this.#areas.facts(territory);
  }

  /** The features that are seen as clusters, stacks and points, with their pixels of the map. */
  get markers() {
    const { clientWidth: width, clientHeight: height } = this.#map.getContainer();
    return this.#placed
      .map(({ geometry }, i) => {
        const { x, y } = this.#map.project(geometry.coordinates);
        return { feature: this.#answer.features[i], x, y };
      })
      .filter(({ x, y }) => x > 0 && y > 0 && x < width && y < height - this.#covered);
  }

  /** Shows an answer of /map. */
  show(answer) {
    this.#answer = answer;
    this.#draw();
  }

  /** Shows the names of an answer of /collections/communes/items. */
  showCommunes(answer) {
    const features = answer.features
      .filter(({ geometry }) => geometry)
      .map((feature) => ({
        ...feature,
        properties: { nom: feature.properties.nom, population: feature.properties.population },
      }));
    this.#communes = { type: 'FeatureCollection', features };
    this.#map.getSource('communes')?.setData(this.#communes);
  }

  /** Rings places: [{coordinates, strong, axes}]; with axes the point itself is drawn there too. */
  mark(places) {
    const features = places.map(({ coordinates, strong, axes }) => ({
      type: 'Feature',
      properties: {
        radius: strong ? 19 : 16,
        ...(axes ? { image: imageOf({ axes }, darkScheme.matches) } : {}),
      },
      geometry: { type: 'Point', coordinates },
    }));
    this.#marks = { type: 'FeatureCollection', features };
    this.#map.getSource('reperes')?.setData(this.#marks);
  }

  /** Goes to a place; the sheet over the map's foot is allowed for. */
  open(coordinates, zoom = CLOSE_ZOOM) {
    this.#go((how) =>
      this.#map.easeTo({
        center: coordinates,
        zoom: Math.min(MAX_ZOOM, Math.max(zoom, this.zoom + 0.5)),
        ...how,
      }),
    );
  }

  /** Brings a place into view, no nearer than it is. */
  reveal(coordinates) {
    const { west, east, south, north } = this.box;
    const [lon, lat] = coordinates;
    const margin = [(east - west) * 0.06, (north - south) * 0.06];
    if (
      lon > west + margin[0] &&
      lon < east - margin[0] &&
      lat > south + margin[1] &&
      lat < north - margin[1]
    )
      return;
    this.#go((how) =>
      this.#map.easeTo({ center: coordinates, zoom: Math.max(this.zoom, 11), ...how }),
    );
  }

  /** Frames [[west, south], [east, north]]. */
  fit(bounds) {
    this.#go((how) =>
      this.#map.fitBounds(bounds, {
        ...how,
        padding: edges(this.#covered),
        maxZoom: 13,
        offset: [0, 0],
      }),
    );
  }

  /** Jumps without a flight: the back button. */
  jump({ zoom, lat, lon }) {
    const here = this.position;
    if (
      Math.abs(here.zoom - zoom) < 0.01 &&
      Math.abs(here.lat - lat) < 1e-4 &&
      Math.abs(here.lon - lon) < 1e-4
    )
      return;
    this.#map.jumpTo({ center: [lon, lat], zoom });
  }

  #go(move) {
    move({
      duration: prefersStillness() ? 0 : 700,
      essential: true,
      offset: [0, -this.#covered / 2],
    });
  }

  /** Notes that the sheet covers `pixels` of the map's foot: what is shown stays above it. */
  coverFoot(pixels) {
    if (pixels === this.#covered) return;
    this.#covered = pixels;
    this.dispatchEvent(new Event('move'));
  }
}
