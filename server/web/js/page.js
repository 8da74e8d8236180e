/*
 * The page: the map, the list and the filters, kept in step through the state in the address.
 */
import { ApiError, get, latest } from './api.js';
import { factsOf, factWords, kindOf, learn, loadFacts, territoryOf } from './areas.js';
import { AreasView } from './areas_view.js';
import { drawChips, drawFilterButton } from './chips.js';
import { drawAxes } from './axes_bar.js';
import { byId, debounce } from './dom.js';
import { Fiche } from './fiche.js';
import { Filters } from './filters.js';
import { List } from './list.js';
import { createLocate } from './locate.js';
import { hushNotice, showNotice } from './notice.js';
import { createReach } from './reach.js';
import { Search } from './search.js';
import { Tools } from './share.js';
import { createSheet } from './sheet.js';
import {
  getState,
  hasFilters,
  keepPlace,
  onState,
  onTravel,
  readPosition,
  setPosition,
  setState,
} from './state.js';
import { createTerritories } from './territories.js';
import { filterParams } from './themes.js';
import { measureOf } from './tint.js';
import { bboxText, viewportSource } from './viewport.js';
import { t } from './words.js';

const SETTLE_MS = 90;
const COMMUNE_ZOOM = 12.5;
const TITLE = document.title;

const filterKey = (state) => JSON.stringify([filterParams(state), state.pile]);

/**
 * The place of a stack.
 *
 * @param {string} pile  "lon,lat"
 * @return {LonLat}
 */
function lonLatOf(pile) {
  const [lon, lat] = pile.split(',').map(Number);
  return [lon, lat];
}

export class Page {
  #map;
  #list;
  #fiche;
  #filters;
  #sheet;
  #territories = null;
  #summary;
  #areas;
  #reach;
  /** The initiatives of the whole country under the filters, for the steps of the colours. */
  #matching;
  #tools = new Tools();
  /** @type {LonLat|null} where the reader is */
  /** @type {LonLat|null} */
  #here = null;
  #askMap = viewportSource();
  #settle = debounce(() => this.refresh(), SETTLE_MS);
  #askCommunes = latest();
  #filtersOpen = false;
  #hovered = null;
  /** Set when the page itself opened the sheet: then "close" is "back". */
  #ownStep = false;

  constructor(map, summary) {
    this.#map = map;
    this.#summary = summary;
    this.#matching = summary.initiatives;
    this.#areas = new AreasView(summary);
    this.#reach = createReach(() => this.#map);
    this.#list = new List({
      open: (id) => this.#openFiche(id),
      hover: (feature) => {
        this.#hovered = feature;
        this.#mark();
      },
      leaveStack: () => {
        setState({ pile: '' });
        byId('resultats').focus();
      },
      retry: () => this.refresh(),
    });
    this.#fiche = new Fiche({
      close: () => this.#closeFiche(),
      showOnMap: (feature) =>
        this.#jump(() => {
          this.#sheet.lower();
          this.#map.open(feature.geometry.coordinates);
        }),
      choose: (id) => setState({ fiche: null, themes: [id], pile: '' }),
    });
    this.#filters = new Filters({ close: () => this.#toggleFilters(false) });
    this.#sheet = createSheet((pixels) => this.#map.coverFoot(pixels));
  }

  async begin() {
    this.#listen();
    drawAxes(getState().themes);
    this.#showState(getState(), null);
    setPosition(this.#map.position);
    await this.refresh();
    createTerritories((bounds) => this.#jump(() => this.#map.fit(bounds)))
      .then((territories) => {
        this.#territories = territories;
        return territories.count(getState());
      })
      .catch(() => {});
  }

  /** The map takes the place of what stood for it. @param {PageMap} map */
  useMap(map) {
    map.coverFoot(this.#sheet.covered());
    this.#map = map;
    this.#listenToMap();
    this.#mark();
    this.refresh();
    const { fiche } = getState();
    const { shown } = this.#fiche;
    if (fiche && shown?.id === fiche && shown.geometry) map.reveal(shown.geometry.coordinates);
  }

  #listenToMap() {
    const map = this.#map;
    map.addEventListener('move', () => {
      setPosition(map.position);
      this.#settle();
    });
    map.addEventListener('calm', () => this.#showFacts(getState()));
    map.addEventListener('pick', ({ detail }) => this.#pick(detail));
    map.addEventListener('area', ({ detail: { kind, code } }) => {
      const territory = territoryOf(kind, code);
      setState({ territoire: getState().territoire === territory ? '' : territory, pile: '' });
    });
  }

  #listen() {
    this.#listenToMap();
    onState((now, before) => this.#showState(now, before));
    onTravel(() => {
      const position = readPosition();
      if (position) this.#map.jump(position);
    });
    byId('bouton-filtres').addEventListener('click', () =>
      this.#toggleFilters(!this.#filtersOpen || Boolean(getState().fiche)),
    );
    addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return;
      if (getState().fiche) this.#closeFiche();
      else if (this.#filtersOpen) this.#toggleFilters(false);
    });
    createLocate((here, commune) => this.#goHere(here, commune));
    new Search({
      commune: (commune) => this.#goToCommune(commune),
      theme: (id) => setState({ themes: [id], pile: '', fiche: null }),
      initiative: (sheet) =>
        this.#jump(() => {
          this.#map.open([sheet.lon, sheet.lat]);
          this.#openFiche(sheet.id);
        }),
      words: (q) => setState({ q, pile: '', fiche: null }),
    });
  }

  /** Goes somewhere far: "back" returns. */
  #jump(move) {
    keepPlace();
    move();
  }

  /** Goes to where the reader is; a commune that has initiatives becomes the filter.
   * @param {LonLat} here @param {Facts|null} commune */
  #goHere(here, commune) {
    this.#here = here;
    this.#jump(() => {
      if (commune) learn('commune', commune);
      const territoire = commune?.initiatives ? territoryOf('commune', commune.code) : '';
      setState({ territoire, fiche: null, pile: '' }, { replace: true });
      this.#map.open(here, COMMUNE_ZOOM);
      this.#mark();
    });
  }

  #goToCommune(commune) {
    if (commune.lon === null || commune.lon === undefined) {
      byId('annonce').textContent = t('map.unplaced', { commune: commune.nom });
      showNotice(t('map.unplaced_help', { commune: commune.nom }));
      return;
    }
    this.#jump(() => {
      setState({ fiche: null, pile: '' }, { replace: true });
      this.#map.open([commune.lon, commune.lat], COMMUNE_ZOOM);
    });
  }

  /** What was clicked on the map: a point opens its sheet, a stack its list. */
  #pick(feature) {
    if (!feature) return;
    const { stack } = feature.properties;
    if (!stack) {
      this.#openFiche(feature.id);
      return;
    }
    this.#filtersOpen = false;
    setState({ pile: feature.geometry.coordinates.join(','), fiche: null });
    this.#sheet.raise();
    byId('resultats').focus();
  }

  #openFiche(id) {
    this.#ownStep = true;
    setState({ fiche: id });
  }

  #closeFiche() {
    if (this.#ownStep) history.back();
    else setState({ fiche: null });
    this.#ownStep = false;
  }

  #toggleFilters(open) {
    this.#filtersOpen = open;
    if (open && getState().fiche) setState({ fiche: null });
    this.#showView(getState());
    if (!open) {
      byId('bouton-filtres').focus();
      return;
    }
    this.#sheet.raise();
    this.#filters.unfold();
    this.#filters.draw();
    byId('titre-filtres').focus();
    this.#count();
  }

  #count() {
    if (this.#filtersOpen) this.#filters.count(this.#map.box).catch(() => {});
  }

  #showView(state) {
    byId('fiche').hidden = !state.fiche;
    byId('filtres').hidden = Boolean(state.fiche) || !this.#filtersOpen;
    byId('vue-liste').hidden = Boolean(state.fiche) || this.#filtersOpen;
    drawFilterButton(state, this.#filtersOpen && !state.fiche);
    byId('panneau').scrollTop = 0;
  }

  /** Brings the page to a state. */
  #showState(now, before) {
    if (!before || filterKey(now) !== filterKey(before)) this.#showFilters(now, before);
    if (before && (now.par !== before.par || now.teinte !== before.teinte)) this.#showAreas();
    if (!before || now.fiche !== before.fiche) this.#showFiche(now, before);
    this.#showView(now);
    this.#mark();
  }

  #showFilters(now, before) {
    drawChips(now);
    this.#showFacts(now);
    drawAxes(getState().themes);
    if (this.#filtersOpen) this.#filters.draw();
    if (!before) return;
    this.#territories?.count(now).catch(() => {});
    this.refresh();
  }

  /** The territories as the state, the zoom and the filters want them. */
  #showAreas() {
    const state = getState();
    const kind = kindOf(state, this.#map.zoom);
    const measure = measureOf({
      tint: state.teinte,
      kind,
      initiatives: this.#matching,
      summary: this.#summary,
    });
    this.#areas.update({ state, kind, measure, box: this.#map.box });
    if (!this.#summary.contours) return;
    const params = filterParams(state, 'territoire');
    this.#map.showAreas({ kind, params, measure, chosen: state.territoire });
  }

  async #countMatching(state) {
    const params = filterParams(state, 'territoire');
    this.#matching = (await get('counts', { by: 'region', ...params })).total;
  }

  /** What is known of the chosen territory, under the chips: its name may still have to come. */
  async #showFacts({ territoire }) {
    const place = byId('faits');
    const facts = () => this.#map.areaFacts(territoire) ?? factsOf(territoire);
    place.textContent = territoire && facts() ? factWords(facts()) : '';
    if (!territoire || factsOf(territoire)) return;
    await loadFacts(territoire).catch(() => {});
    if (getState().territoire !== territoire) return;
    drawChips(getState());
    if (facts()) place.textContent = factWords(facts());
  }

  async #showFiche(now, before) {
    if (!now.fiche) {
      document.title = TITLE;
      if (before?.fiche) requestAnimationFrame(() => this.#list.focus(before.fiche));
      return;
    }
    this.#sheet.raise();
    const feature = await this.#fiche.show(now.fiche);
    if (feature && getState().fiche === now.fiche)
      document.title = `${feature.properties.titre} · arobase`;
    if (!feature?.geometry || getState().fiche !== now.fiche) return;
    this.#map.reveal(feature.geometry.coordinates);
    this.#mark();
  }

  /** Rings what the pointer is on in the list, the open sheet and the open stack. */
  #mark() {
    const state = getState();
    const places = this.#here ? [{ coordinates: this.#here }] : [];
    const shown = this.#fiche.shown;
    if (state.fiche && shown?.id === state.fiche && shown.geometry)
      places.push({
        coordinates: shown.geometry.coordinates,
        strong: true,
        axes: shown.properties.axes,
      });
    if (state.pile) places.push({ coordinates: lonLatOf(state.pile), strong: true });
    if (this.#hovered?.geometry && !state.fiche)
      places.push({ coordinates: this.#hovered.geometry.coordinates });
    this.#map.mark(places);
  }

  /** Asks again for everything that the view shows. */
  async refresh() {
    const state = getState();
    const box = this.#map.box;
    byId('progres').hidden = false;
    try {
      const [answer] = await Promise.all([
        this.#askMap(this.#map.frame, this.#map.zoom, state),
        this.#list.load(box, state, hasFilters(state)),
        this.#countMatching(state),
      ]);
      if (answer) this.#map.show(answer);
      this.#tools.update(box, this.#list.matched);
      this.#showAreas();
      this.#reach.settle();
      hushNotice();
      this.#count();
      this.#filters.setTotal(t('map.n_initiatives', { n: this.#list.matched }));
      await this.#nameCommunes();
    } catch (error) {
      this.#fail(error);
    } finally {
      byId('progres').hidden = true;
    }
  }

  async #nameCommunes() {
    if (!this.#map.wantsCommunes) return;
    const answer = await this.#askCommunes('collections/communes/items', {
      bbox: bboxText(this.#map.frame),
      limit: 400,
    });
    if (answer) this.#map.showCommunes(answer);
  }

  #fail(error) {
    const unreachable = !(error instanceof ApiError) || error.status === 0 || error.status >= 500;
    const words = unreachable
      ? t('map.no_server')
      : t('map.refused', { why: error.message });
    this.#list.fail(words);
    showNotice(words, { words: t('map.retry'), run: () => this.refresh() });
  }
}
