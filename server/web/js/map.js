/*
 * The map: MapLibre, what stands on it, and what one can do with it.
 */
import { AreaLayers, AREAS } from './area_layers.js';
import { factWords, learn } from './areas.js';
import { LIVE_NAMES_ZOOM, ownStyle } from './basemap.js';
import { h, prefersStillness } from './dom.js';
import { edges } from './edges.js';
import { addLayers, CLICKABLE, emptyCollection } from './layers.js';
import { drawImage, drawn, imageOf, RATIO } from './markers.js';
import { spread } from './spread.js';
import { rateWords } from './tint.js';
import { mapZoom, snapped } from './viewport.js';
import { t } from './words.js';

/** @typedef {import('maplibre-gl').Map} LibraryMap */

const MAX_ZOOM = 18;
const CLOSE_ZOOM = 14;

const darkScheme = matchMedia('(prefers-color-scheme: dark)');

/** The part of the map above what covers its foot. @param {LibraryMap} map @param {number} covered
 * @return {Box} */
function visibleBox(map, covered) {
  const { clientWidth: width, clientHeight: height } = map.getContainer();
  const northWest = map.unproject([0, 0]);
  const southEast = map.unproject([width, Math.max(60, height - covered)]);
  const box = { west: northWest.lng, north: northWest.lat, east: southEast.lng, south: southEast.lat };
  return snapped(box, map.getZoom());
}

/**
 * What the rest of the page uses of the map.
 *
 * @implements {PageMap}
 */
export class MapView extends EventTarget {
  /** @type {LibraryMap} */
  #map;
  /** Whether the basemap is another's, and whether its style has come. */
  #foreign;
  #styled = false;
  /** The features of /map, and the same where they are drawn. */
  /** @type {MapAnswer} */
  #answer = emptyCollection();
  /** @type {MapFeature[]} */
  #placed = [];
  /** Pixels of the map's foot that the sheet covers. */
  #covered = 0;
  /** @type {GeoJSON.FeatureCollection} */
  #communes = emptyCollection();
  #areas;
  /** @type {AreasShown|null} what showAreas() was given last */
  #wanted = null;
  /** @type {GeoJSON.FeatureCollection} */
  #marks = emptyCollection();
  #popup = new window.maplibregl.Popup({
    closeButton: false,
    closeOnClick: false,
    offset: 16,
    className: 'bulle',
    maxWidth: '260px',
  });

  /** @param {LibraryMap} map @param {boolean} foreign  whether the basemap is another's */
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
      this.pick(this.#shownAt(event));
    });
    map.on('mousemove', CLICKABLE, (event) => {
      event.preventDefault();
      this.#areas.hover(null);
      map.getCanvas().style.cursor = 'pointer';
      this.explain(this.#shownAt(event));
    });
    map.on('mouseleave', CLICKABLE, () => this.#leave());
    map.on('movestart', () => this.#popup.remove());
    this.#listenToAreas();
  }

  /** @param {import('maplibre-gl').MapLayerMouseEvent} event */
  #shownAt({ features }) {
    return this.#answer.features[features?.[0]?.properties.index];
  }

  /** Territories lie under the initiatives: what these have taken is not theirs. */
  #listenToAreas() {
    const map = this.#map;
    map.on('click', AREAS, (event) => {
      const { kind } = this.#areas;
      const facts = /** @type {Facts|undefined} */ (event.features?.[0]?.properties);
      if (event.defaultPrevented || !facts || !kind) return;
      this.#popup.remove();
      const detail = { kind, code: facts.code };
      learn(kind, facts);
      this.dispatchEvent(new CustomEvent('area', { detail }));
    });
    map.on('mousemove', AREAS, (event) => {
      const feature = event.features?.[0];
      if (event.defaultPrevented || !feature) return;
      const facts = /** @type {Facts} */ (feature.properties);
      map.getCanvas().style.cursor = 'pointer';
      this.#areas.hover(feature.id ?? null);
      this.#tell(event.lngLat, facts.nom, [
        t('map.n_initiatives', { n: facts.initiatives ?? 0 }),
        factWords(facts),
        rateWords(this.#wanted?.measure ?? null, facts),
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

  /** Does what a click on a feature that is shown does. @param {MapFeature|undefined} feature */
  pick(feature) {
    this.#popup.remove();
    if (!feature) return;
    const {
      properties,
      geometry: { coordinates },
    } = feature;
    if (properties.cluster && properties.expansion_zoom)
      this.open(coordinates, mapZoom(properties.expansion_zoom));
    else this.dispatchEvent(new CustomEvent('pick', { detail: feature }));
  }

  /** A word on what the pointer is over; the list says the same to those who have none.
   * @param {MapFeature|undefined} feature */
  explain(feature) {
    if (!feature) return;
    const { titre, commune_nom: commune, count, stack } = feature.properties;
    const words = t('map.n_initiatives', { n: count ?? 0 });
    const first = titre ?? (stack ? t('map.at_one_place', { words }) : words);
    const second = commune ?? (stack ? t('map.click_list') : t('map.click_zoom'));
    this.#tell(feature.geometry.coordinates, first, [second]);
  }

  /** @param {import('maplibre-gl').LngLatLike} place @param {string} title @param {string[]} lines */
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
    const features = this.#placed.map((feature, index) => drawn(feature, index, dark, zoom));
    this.#feed('initiatives', { type: 'FeatureCollection', features });
    this.#feed('communes', this.#communes);
    this.#feed('reperes', this.#marks);
  }

  /** @param {string} source @param {GeoJSON.FeatureCollection} data */
  #feed(source, data) {
    /** @type {import('maplibre-gl').GeoJSONSource|undefined} */ (
      this.#map.getSource(source)
    )?.setData(data);
  }

  /** The view: box of degrees that is seen, and zoom. */
  get box() {
    return visibleBox(this.#map, this.#covered);
  }

  /** The whole frame, with what the sheet covers. */
  get frame() {
    const bounds = this.#map.getBounds();
    const box = {
      west: bounds.getWest(),
      south: bounds.getSouth(),
      east: bounds.getEast(),
      north: bounds.getNorth(),
    };
    return snapped(box, this.zoom);
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

  /** Shows territories. @param {AreasShown} how */
  showAreas(how) {
    this.#wanted = how;
    if (this.#styled) this.#drawAreas();
  }

  #drawAreas() {
    if (!this.#wanted) return;
    this.#areas.show({ ...this.#wanted, dark: darkScheme.matches, own: !this.#foreign });
    if (this.#areas.namesCommunes) this.showCommunes(emptyCollection());
  }

  /** What the tiles that are there say of the chosen territory. @param {string} territory */
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

  /** Shows an answer of /map. @param {MapAnswer} answer */
  show(answer) {
    this.#answer = answer;
    this.#draw();
  }

  /** Shows the names of an answer of /collections/communes/items. @param {CommunesAnswer} answer */
  showCommunes(answer) {
    /** @type {GeoJSON.Feature[]} */
    const features = answer.features.flatMap(({ geometry, properties: { nom, population } }) =>
      geometry ? [{ type: 'Feature', geometry, properties: { nom, population } }] : [],
    );
    this.#communes = { type: 'FeatureCollection', features };
    this.#feed('communes', this.#communes);
  }

  /** Rings places. @param {Mark[]} places */
  mark(places) {
    /** @type {GeoJSON.Feature[]} */
    const features = places.map(({ coordinates, strong, axes }) => ({
      type: 'Feature',
      properties: {
        radius: strong ? 19 : 16,
        ...(axes ? { image: imageOf({ axes }, darkScheme.matches) } : {}),
      },
      geometry: { type: 'Point', coordinates },
    }));
    this.#marks = { type: 'FeatureCollection', features };
    this.#feed('reperes', this.#marks);
  }

  /** Goes to a place; the sheet over the map's foot is allowed for.
   * @param {LonLat} coordinates @param {number} [zoom] */
  open(coordinates, zoom = CLOSE_ZOOM) {
    this.#go((how) =>
      this.#map.easeTo({
        center: coordinates,
        zoom: Math.min(MAX_ZOOM, Math.max(zoom, this.zoom + 0.5)),
        ...how,
      }),
    );
  }

  /** Brings a place into view, no nearer than it is. @param {LonLat} coordinates */
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

  /** @param {Bounds} bounds */
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

  /** Jumps without a flight: the back button. @param {Place} place */
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

  /** @param {(how: import('maplibre-gl').EaseToOptions & {duration: number}) => void} move */
  #go(move) {
    move({
      duration: prefersStillness() ? 0 : 700,
      essential: true,
      offset: [0, -this.#covered / 2],
    });
  }

  /** Notes that the sheet covers `pixels` of the map's foot: what is shown stays above it.
   * @param {number} pixels */
  coverFoot(pixels) {
    if (pixels === this.#covered) return;
    this.#covered = pixels;
    this.dispatchEvent(new Event('move'));
  }
}
