/*
 * What stands in for the map where the browser cannot draw one: it keeps a place, so that the
 * list, the search and the filters work as they do beside a map, and says what is missing.
 */
import { byId, h, icon } from './dom.js';

/** The frame that a place is seen in, and a square of the world at zoom 0, in pixels. */
const FRAME_PX = [900, 700];
const TILE_PX = 512;
const CLOSE_ZOOM = 14;
const REVEAL_ZOOM = 11;

const height = (lat) => Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360));
const latitude = (y) => (360 / Math.PI) * Math.atan(Math.exp(y)) - 90;

/** The box of degrees around a place at a zoom. */
function boxAt({ zoom, lat, lon }) {
  const degrees = 360 / (TILE_PX * 2 ** zoom);
  const half = [(FRAME_PX[0] / 2) * degrees, ((FRAME_PX[1] / 2) * degrees * Math.PI) / 180];
  return {
    west: lon - half[0],
    east: lon + half[0],
    south: latitude(height(lat) - half[1]),
    north: latitude(height(lat) + half[1]),
  };
}

/** The place whose frame holds [[west, south], [east, north]]. */
function placeOf([[west, south], [east, north]]) {
  const zoomFor = (pixels, share) => Math.log2(pixels / TILE_PX / share);
  const wide = zoomFor(FRAME_PX[0], (east - west) / 360);
  const high = zoomFor(FRAME_PX[1], (height(north) - height(south)) / (2 * Math.PI));
  return {
    zoom: Math.max(0, Math.min(wide, high, CLOSE_ZOOM)),
    lat: latitude((height(south) + height(north)) / 2),
    lon: (west + east) / 2,
  };
}

/** The same as the map's MapView, for the page; nothing is drawn. */
export class StillMap extends EventTarget {
  #place;

  /**
   * @param {{zoom: number, lat: number, lon: number}|null} position
   * @param {number[][]} bounds  what is looked at without a position
   */
  constructor(position, bounds) {
    super();
    this.#place = position ?? placeOf(bounds);
    const frame = byId('carte');
    frame.dataset.calme = '';
    frame.replaceChildren(
      h(
        'div',
        { class: 'no-map', role: 'status' },
        icon('info'),
        h('p', {}, h('strong', {}, 'La carte ne peut pas être dessinée.')),
        h(
          'p',
          {},
          'Ce navigateur n’a pas WebGL, ou l’a désactivé. La liste, la recherche et les filtres fonctionnent.',
        ),
      ),
    );
  }

  get box() {
    return boxAt(this.#place);
  }
  get frame() {
    return this.box;
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

  #go(place) {
    this.#place = place;
    this.dispatchEvent(new Event('move'));
  }

  open([lon, lat], zoom = CLOSE_ZOOM) {
    this.#go({ zoom, lat, lon });
  }

  reveal([lon, lat]) {
    const { west, east, south, north } = this.box;
    if (lon < west || lon > east || lat < south || lat > north)
      this.#go({ zoom: Math.max(this.zoom, REVEAL_ZOOM), lat, lon });
  }

  fit(bounds) {
    this.#go(placeOf(bounds));
  }

  jump(place) {
    this.#go(place);
  }

  /* There is nothing to draw on. */
  show() {}
  showCommunes() {}
  showAreas() {}
  areaFacts() {}
  mark() {}
  coverFoot() {}
}
