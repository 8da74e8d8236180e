/*
 * What stands in for the map until its library has come, and for good where the browser cannot
 * draw one: it keeps a place, so that the list, the search and the filters work as they do beside
 * a map.
 */
import { byId, h, icon } from './dom.js';
import { edges } from './edges.js';
import { snapped } from './viewport.js';

/** A square of the world at zoom 0, in MapLibre's pixels. */
const TILE_PX = 512;
const CLOSE_ZOOM = 14;
const REVEAL_ZOOM = 11;

/** @param {number} lat */
const height = (lat) => Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360));
/** @param {number} y */
const latitude = (y) => (360 / Math.PI) * Math.atan(Math.exp(y)) - 90;

/**
 * The same as the map's MapView, for the page; nothing is drawn.
 *
 * @implements {PageMap}
 */
export class StillMap extends EventTarget {
  /** @type {Place} */
  #place;
  /** Pixels of the foot that the sheet covers. */
  #covered = 0;
  #element = byId('carte');

  /**
   * @param {Place|null} position
   * @param {Bounds} bounds   what is looked at without a position
   * @param {number} covered  pixels of the foot that the sheet will cover
   */
  constructor(position, bounds, covered) {
    super();
    this.#covered = covered;
    this.#place = position ?? this.#placeOf(bounds);
  }

  get #size() {
    return [this.#element.clientWidth || 900, this.#element.clientHeight || 700];
  }

  /** @param {number} top @param {number} foot  pixels from the middle @return {Box} */
  #boxBetween(top, foot) {
    const { zoom, lat, lon } = this.#place;
    const pixels = TILE_PX * 2 ** zoom;
    const aside = ((this.#size[0] / 2) * 360) / pixels;
    const north = latitude(height(lat) - (top * 2 * Math.PI) / pixels);
    const south = latitude(height(lat) - (foot * 2 * Math.PI) / pixels);
    return snapped({ west: lon - aside, east: lon + aside, south, north }, zoom);
  }

  /** @param {Bounds} bounds @return {Place}  whose frame holds them, within the map's edges */
  #placeOf([[west, south], [east, north]]) {
    const [wide, high] = this.#size;
    const { top, bottom, left, right } = edges(this.#covered);
    /** @param {number} pixels @param {number} share  of the world */
    const zoomFor = (pixels, share) => Math.log2(Math.max(60, pixels) / TILE_PX / share);
    const share = (height(north) - height(south)) / (2 * Math.PI);
    const zoom = Math.min(
      zoomFor(wide - left - right, (east - west) / 360),
      zoomFor(high - top - bottom, share),
      CLOSE_ZOOM,
    );
    const pixels = TILE_PX * 2 ** zoom;
    const middle = (height(south) + height(north)) / 2;
    return {
      zoom: Math.max(1.5, zoom),
      lat: latitude(middle - ((bottom - top) / 2) * ((2 * Math.PI) / pixels)),
      lon: (west + east) / 2 + (((right - left) / 2) * 360) / pixels,
    };
  }

  /** Says in the map's place why there is none. @param {string} title @param {string} words */
  explainAbsence(title, words) {
    this.#element.dataset.calme = '';
    this.#element.replaceChildren(
      h(
        'div',
        { class: 'no-map', role: 'status' },
        icon('info'),
        h('p', {}, h('strong', {}, title)),
        h('p', {}, words),
      ),
    );
  }

  get box() {
    const half = this.#size[1] / 2;
    return this.#boxBetween(-half, Math.max(60, this.#size[1] - this.#covered) - half);
  }
  get frame() {
    return this.#boxBetween(-this.#size[1] / 2, this.#size[1] / 2);
  }
  get zoom() {
    return this.#place.zoom;
  }
  get position() {
    return this.#place;
  }
  get wantsCommunes() {
    return false;
  }
  get markers() {
    return [];
  }

  /** @param {Place} place */
  #go(place) {
    this.#place = place;
    this.dispatchEvent(new Event('move'));
  }

  /** @param {LonLat} coordinates @param {number} [zoom] */
  open([lon, lat], zoom = CLOSE_ZOOM) {
    this.#go({ zoom, lat, lon });
  }

  /** @param {LonLat} coordinates */
  reveal([lon, lat]) {
    const { west, east, south, north } = this.box;
    if (lon < west || lon > east || lat < south || lat > north)
      this.#go({ zoom: Math.max(this.zoom, REVEAL_ZOOM), lat, lon });
  }

  /** @param {Bounds} bounds */
  fit(bounds) {
    this.#go(this.#placeOf(bounds));
  }

  /** @param {Place} place */
  jump(place) {
    this.#go(place);
  }

  /** @param {number} pixels */
  coverFoot(pixels) {
    if (pixels === this.#covered) return;
    this.#covered = pixels;
    this.dispatchEvent(new Event('move'));
  }

  /* There is nothing to draw on. */
  show() {}
  showCommunes() {}
  showAreas() {}
  areaFacts() {
    return undefined;
  }
  mark() {}
  pick() {}
  explain() {}
  hush() {}
}
