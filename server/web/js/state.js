/*
 * What the page shows, kept in its address: filters and the open sheet as parameters, the place
 * on the map as the fragment (#zoom/latitude/longitude). Reload, back, forward and sharing follow.
 */

/** @typedef {PageState} State  what types.d.ts says */

const YEAR = /^(19|20)\d\d$/;
const yearOf = (text) => (YEAR.test(text ?? '') ? Number(text) : null);
const listOf = (text) => (text ? [...new Set(text.split(','))].filter(Boolean).sort() : []);

const KINDS = ['commune', 'epci', 'departement', 'region'];
const DEFAULT_TINT = 'initiatives';
const TINTS = [DEFAULT_TINT, 'label', 'aucune'];
const oneOf = (list, text, otherwise) => (list.includes(text) ? text : otherwise);

function readTerritory(params) {
  const kind = KINDS.find((name) => /^[0-9A-Z]{2,9}$/.test(params.get(name) ?? ''));
  return kind ? `${kind}:${params.get(kind)}` : '';
}

/** @return {State} */
function readAddress() {
  const params = new URLSearchParams(location.search);
  const fiche = Number(params.get('fiche'));
  const pile = params.get('pile') ?? '';
  return {
    themes: listOf(params.get('theme')).filter((id) => /^[1-9][a-z]?\d*$/.test(id)),
    de: yearOf(params.get('de')),
    a: yearOf(params.get('a')),
    niveaux: listOf(params.get('label'))
      .map(Number)
      .filter((niveau) => niveau >= 1 && niveau <= 5),
    q: (params.get('q') ?? '').trim().slice(0, 200),
    territoire: readTerritory(params),
    par: oneOf(KINDS, params.get('par'), ''),
    teinte: oneOf(TINTS, params.get('teinte'), DEFAULT_TINT),
    fiche: Number.isSafeInteger(fiche) && fiche > 0 ? fiche : null,
    pile: /^-?\d+(\.\d+)?,-?\d+(\.\d+)?$/.test(pile) ? pile : '',
  };
}

/** @param {State} state */
function searchOf(state) {
  const params = new URLSearchParams();
  if (state.themes.length) params.set('theme', state.themes.join(','));
  if (state.de) params.set('de', String(state.de));
  if (state.a) params.set('a', String(state.a));
  if (state.niveaux.length) params.set('label', state.niveaux.join(','));
  if (state.q) params.set('q', state.q);
  if (state.territoire) {
    const [kind, code] = state.territoire.split(':');
    params.set(kind, code);
  }
  if (state.par) params.set('par', state.par);
  if (state.teinte !== DEFAULT_TINT) params.set('teinte', state.teinte);
  if (state.pile) params.set('pile', state.pile);
  if (state.fiche) params.set('fiche', String(state.fiche));
  const text = params.toString().replaceAll('%2C', ',');
  return text ? `?${text}` : location.pathname;
}

/** @return {{zoom: number, lat: number, lon: number}|null} */
export function readPosition() {
  const [zoom, lat, lon] = location.hash.slice(1).split('/').map(Number);
  const good = zoom >= 0 && zoom <= 22 && Math.abs(lat) <= 85.06 && Math.abs(lon) <= 180;
  return good ? { zoom, lat, lon } : null;
}

let current = readAddress();
/** @type {Set<function(State, State): void>} */
const listeners = new Set();

/** @return {State} */
export const getState = () => current;

/** Calls `listener(now, before)` after each change. */
export const onState = (listener) => listeners.add(listener);

function become(next) {
  const before = current;
  current = next;
  for (const listener of listeners) listener(next, before);
}

/**
 * Changes some of the state.
 *
 * @param {Partial<State>} patch
 * @param {{replace?: boolean}} [how]  replace: without a step for the back button
 */
export function setState(patch, { replace = false } = {}) {
  const next = { ...current, ...patch };
  const search = searchOf(next);
  if (search === searchOf(current)) return;
  history[replace ? 'replaceState' : 'pushState'](null, '', search + location.hash);
  become(next);
}

/** Notes the place on the map, without a step; `push` first keeps the present one for "back". */
export function setPosition({ zoom, lat, lon }) {
  const digits = Math.max(2, Math.ceil(zoom / 3));
  const hash = `#${zoom.toFixed(2)}/${lat.toFixed(digits)}/${lon.toFixed(digits)}`;
  history.replaceState(history.state, '', searchOf(current) + hash);
}

/** Keeps the present place for the back button: before a jump. */
export const keepPlace = () => history.pushState(null, '', location.href);

/** Calls `listener` when the back and forward buttons have changed the address. */
export function onTravel(listener) {
  addEventListener('popstate', () => {
    become(readAddress());
    listener();
  });
}

/** Chooses or leaves a label level. */
export const toggleLevel = (niveaux, niveau) =>
  niveaux.includes(niveau)
    ? niveaux.filter((other) => other !== niveau)
    : [...niveaux, niveau].sort();

/** The filters of a state, without what is open. */
export const hasFilters = (state) =>
  Boolean(
    state.themes.length ||
      state.de ||
      state.a ||
      state.niveaux.length ||
      state.q ||
      state.territoire,
  );

export const NO_FILTERS = { themes: [], de: null, a: null, niveaux: [], q: '', territoire: '' };
