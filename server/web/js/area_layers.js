/*
 * Territories on the map, from the server's vector tiles: coloured areas, borders, names, the one
 * under the pointer and the one that is chosen.
 */
import { urlTemplate } from './api.js';
import { KINDS, partsOf } from './areas.js';
import { colours, LIVE_NAMES_ZOOM, townNames } from './basemap.js';
import { colourOf } from './tint.js';

const SOURCE = 'territoires';
const CHOSEN_SOURCE = 'territoire-choisi';
/** The layer whose areas answer to the pointer. */
export const AREAS = 'territoires-aires';
const LAYERS = [AREAS, 'territoires-bords', 'territoires-survol', 'territoires-noms'];
/** Beyond this zoom tiles are drawn larger. */
const MAX_TILE_ZOOM = 12;
/** Coasts of the built-in map are coarser than contours: from here on those alone are drawn. */
const CONTOUR_ZOOM = 7;

/** Borders of small territories appear where they can be told apart. */
const BORDER_OPACITY = {
  commune: ['interpolate', ['linear'], ['zoom'], 7, 0, 9, 0.7],
  epci: ['interpolate', ['linear'], ['zoom'], 5, 0, 7, 0.8],
  departement: 0.9,
  region: 1,
};
/** Names, too; those of communes look as on the built-in map, and take their place. */
const NAMES = {
  commune: { minzoom: 9 },
  epci: { size: 11.5, minzoom: 7.5 },
  departement: { size: 12, minzoom: 5.4 },
  region: { size: 13, minzoom: 3.8 },
};

const byHover = (yes, no) => ['case', ['boolean', ['feature-state', 'hover'], false], yes, no];

/** The layer of names of a kind. */
function names(kind, c) {
  const { size, minzoom } = NAMES[kind];
  const common = { 'source-layer': `${KINDS[kind].tiles}_labels`, minzoom };
  if (kind === 'commune') return townNames('territoires-noms', SOURCE, c, common);
  return {
    id: 'territoires-noms',
    type: 'symbol',
    source: SOURCE,
    ...common,
    layout: {
      'text-field': ['get', 'nom'],
      'text-font': ['SemiBold', 'Figtree'],
      'text-size': size,
      'text-max-width': 7,
      'text-padding': 6,
      'text-variable-anchor-offset': [
        'center',
        [0, 0],
        'top',
        [0, 1],
        'bottom',
        [0, -1],
      ],
      'text-justify': 'auto',
      'symbol-sort-key': ['-', ['coalesce', ['get', 'population'], 0]],
    },
    paint: { 'text-color': c.town, 'text-halo-color': c.halo, 'text-halo-width': 1.4 },
  };
}

/** What a map shows of territories; nothing until show() is called. */
export class AreaLayers {
  #map;
  /** What is shown: {kind, params, measure, chosen, dark, own}, or null. */
  #shown = null;
  #hovered = null;

  constructor(map) {
    this.#map = map;
  }

  /** Whether names of communes come with the territories. */
  get namesCommunes() {
    return this.#shown?.kind === 'commune';
  }

  /**
   * Shows territories.
   *
   * @param {{kind: string, params: Object, measure: Object|null, chosen: string, dark: boolean,
   *          own: boolean}} next  params: filters of the counts; own: over the built-in map
   */
  show(next) {
    const before = this.#shown;
    this.#shown = next;
    const source = this.#map.getSource(SOURCE);
    if (!source || before?.kind !== next.kind || before.dark !== next.dark) this.#build();
    else {
      const tiles = this.#tiles(next);
      if (tiles !== this.#tiles(before)) source.setTiles([tiles]);
      this.#map.setPaintProperty(AREAS, 'fill-color', colourOf(next.measure));
    }
    this.#choose();
  }

  /** Draws again what the map's style has lost: it was replaced. */
  restore(dark, own) {
    if (!this.#shown) return;
    this.#shown = { ...this.#shown, dark, own };
    this.#build();
    this.#choose();
  }

  #tiles({ kind, params }) {
    return urlTemplate(`tiles/${KINDS[kind].tiles}/{z}/{x}/{y}.mvt`, params);
  }

  #drop(layers, source) {
    for (const id of layers) if (this.#map.getLayer(id)) this.#map.removeLayer(id);
    if (this.#map.getSource(source)) this.#map.removeSource(source);
  }

  #build() {
    const map = this.#map;
    const { kind, measure, dark, own } = this.#shown;
    const c = colours(dark);
    const common = { source: SOURCE, 'source-layer': KINDS[kind].tiles };
    this.#drop([...LAYERS].reverse(), SOURCE);
    this.#hovered = null;
    if (own) this.#yieldToContours(kind, c);
    map.addSource(SOURCE, {
      type: 'vector',
      tiles: [this.#tiles(this.#shown)],
      maxzoom: MAX_TILE_ZOOM,
    });
    const below = map.getStyle().layers.find(({ type }) => type === 'symbol')?.id;
    map.addLayer(
      {
        ...common,
        id: AREAS,
        type: 'fill',
        paint: {
          'fill-color': colourOf(measure),
          'fill-opacity': own ? 0.85 : 0.6,
          'fill-antialias': false,
        },
      },
      below,
    );
    map.addLayer(
      {
        ...common,
        id: 'territoires-bords',
        type: 'line',
        layout: { 'line-join': 'round' },
        paint: {
          'line-color': c.limit,
          'line-width': ['interpolate', ['linear'], ['zoom'], 4, 0.6, 10, 1.4],
          'line-opacity': BORDER_OPACITY[kind],
        },
      },
      below,
    );
    map.addLayer(
      {
        ...common,
        id: 'territoires-survol',
        type: 'line',
        layout: { 'line-join': 'round' },
        paint: { 'line-color': c.town, 'line-width': byHover(2, 0), 'line-opacity': byHover(1, 0) },
      },
      below,
    );
    map.addLayer(names(kind, c), this.#belowMarkers());
  }

  /** Names stand under the initiatives, which are laid over any basemap. */
  #belowMarkers() {
    return this.#map.getLayer('initiatives') ? 'initiatives' : undefined;
  }

  /** The built-in map's own France is land like any other where contours are seen well, and its
   * names of communes end where those of the tiles begin. */
  #yieldToContours(kind, c) {
    const end = kind === 'commune' ? NAMES.commune.minzoom : LIVE_NAMES_ZOOM;
    this.#map.setLayerZoomRange('communes-grandes', 0, end);
    const near = ['step', ['zoom'], c.france, CONTOUR_ZOOM, c.land];
    const others = ['case', ['==', ['get', 'kind'], 'france'], 0, 1];
    this.#map.setPaintProperty('france', 'fill-color', near);
    const coasts = ['step', ['zoom'], 1, CONTOUR_ZOOM, others];
    this.#map.setPaintProperty('cotes', 'line-opacity', coasts);
  }

  /** Outlines the chosen territory, of whichever kind. */
  #choose() {
    const map = this.#map;
    const { chosen } = this.#shown;
    const [kind, code] = chosen ? partsOf(chosen) : [];
    const filter = ['==', ['get', 'code'], code ?? ''];
    const layer = map.getLayer(CHOSEN_SOURCE);
    if (layer?.sourceLayer === KINDS[kind]?.tiles && layer) {
      map.setFilter(CHOSEN_SOURCE, filter);
      return;
    }
    this.#drop([CHOSEN_SOURCE], CHOSEN_SOURCE);
    if (!chosen) return;
    map.addSource(CHOSEN_SOURCE, {
      type: 'vector',
      tiles: [this.#tiles({ kind, params: {} })],
      maxzoom: MAX_TILE_ZOOM,
    });
    const accent = getComputedStyle(document.documentElement).getPropertyValue('--accent').trim();
    map.addLayer(
      {
        id: CHOSEN_SOURCE,
        type: 'line',
        source: CHOSEN_SOURCE,
        'source-layer': KINDS[kind].tiles,
        filter,
        layout: { 'line-join': 'round' },
        paint: { 'line-color': accent, 'line-width': 3 },
      },
      this.#belowMarkers(),
    );
  }

  /** Marks the territory under the pointer; null for none. */
  hover(id) {
    if (id === this.#hovered || !this.#shown) return;
    const target = (of) => ({
      source: SOURCE,
      sourceLayer: KINDS[this.#shown.kind].tiles,
      id: of,
    });
    if (!this.#map.getSource(SOURCE)) return;
    if (this.#hovered !== null) this.#map.setFeatureState(target(this.#hovered), { hover: false });
    if (id !== null) this.#map.setFeatureState(target(id), { hover: true });
    this.#hovered = id;
  }

  /** What the tiles that are loaded say of a territory, or undefined. */
  facts(territory) {
    const [kind, code] = partsOf(territory);
    if (!this.#map.getSource(CHOSEN_SOURCE)) return undefined;
    const [feature] = this.#map.querySourceFeatures(CHOSEN_SOURCE, {
      sourceLayer: KINDS[kind].tiles,
      filter: ['==', ['get', 'code'], code],
    });
    return feature?.properties;
  }

  get kind() {
    return this.#shown?.kind ?? null;
  }
}
