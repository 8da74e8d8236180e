/*
 * The taxonomy: axe > enjeu > usage, and the filters of a state as parameters of the server.
 */
import { get } from './api.js';

/** @typedef {{id: string, parent: string|null, niveau: number, libelle: string}} Theme */

/** @type {Map<string, Theme>} in taxonomy order */
const themes = new Map();

/** Loads the taxonomy once; the other functions answer after that. */
export async function loadThemes() {
  const answer = await get('themes');
  for (const theme of answer.themes)
    themes.set(theme.id, { ...theme, niveau: Number(theme.niveau) });
}

export const theme = (id) => themes.get(id);
export const libelle = (id) => themes.get(id)?.libelle ?? id;
export const axes = () => [...themes.values()].filter(({ niveau }) => niveau === 1);
export const children = (id) => [...themes.values()].filter(({ parent }) => parent === id);

/** The id of the axe that a theme belongs to. */
export function axeOf(id) {
  let at = themes.get(id);
  while (at?.parent) at = themes.get(at.parent);
  return at?.id ?? id.slice(0, 1);
}

/** The ids of the usages at or below a theme. */
export function usagesOf(id) {
  const below = children(id);
  return below.length ? below.flatMap((child) => usagesOf(child.id)) : [id];
}

/** Parameters of themes. Between axe=, enjeu= and usage= the server wants all, so that "any of
 * these", across levels, is said in usages. */
function themeParams(ids) {
  if (!ids.length) return {};
  const levels = new Set(ids.map((id) => themes.get(id)?.niveau));
  if (levels.size === 1 && levels.has(1)) return { axe: ids.join(',') };
  if (levels.size === 1 && levels.has(2)) return { enjeu: ids.join(',') };
  return { usage: [...new Set(ids.flatMap(usagesOf))].sort().join(',') };
}

/**
 * The filters of a state as the server's parameters.
 *
 * @param {import('./state.js').State} state
 * @param {'themes'|'years'|'niveaux'|'territoire'} [except]  one filter left out: for counting what else it could be
 */
export function filterParams(state, except = undefined) {
  const params = except === 'themes' ? {} : themeParams(state.themes);
  if (except !== 'years' && (state.de || state.a))
    params.datetime = `${state.de ? `${state.de}-01-01` : '..'}/${state.a ? `${state.a}-12-31` : '..'}`;
  if (except !== 'niveaux' && state.niveaux.length) params.niveau = state.niveaux.join(',');
  if (state.q) params.q = state.q;
  if (except !== 'territoire' && state.territoire) {
    const [kind, code] = state.territoire.split(':');
    params[kind] = code;
  }
  return params;
}

/** Chooses or leaves a theme. Choosing one drops those above and below it; leaving what an
 * ancestor includes keeps its other parts. */
export function toggleTheme(chosen, id) {
  if (chosen.includes(id)) return chosen.filter((other) => other !== id);
  const above = ancestors(id).find((other) => chosen.includes(other));
  if (above) return simplify([...chosen.filter((other) => other !== above), ...rest(above, id)]);
  const below = new Set(descendants(id));
  return simplify([...chosen.filter((other) => !below.has(other)), id]);
}

export function isCovered(chosen, id) {
  return chosen.includes(id) || ancestors(id).some((other) => chosen.includes(other));
}

/** Whether something below is chosen, but not all. */
export const isPartly = (chosen, id) =>
  !isCovered(chosen, id) && descendants(id).some((other) => chosen.includes(other));

/** The ids above a theme, the nearest first. */
export function ancestors(id) {
  const parent = themes.get(id)?.parent;
  return parent ? [parent, ...ancestors(parent)] : [];
}

const descendants = (id) => children(id).flatMap((child) => [child.id, ...descendants(child.id)]);

/** What an ancestor includes beside one theme. */
function rest(ancestor, id) {
  return children(ancestor).flatMap((child) => {
    if (child.id === id) return [];
    return descendants(child.id).includes(id) ? rest(child.id, id) : [child.id];
  });
}

/** All parts of a theme chosen: the theme is. */
function simplify(ids) {
  const chosen = new Set(ids);
  for (const { id } of [...themes.values()].reverse()) {
    const parts = children(id).map((child) => child.id);
    if (!parts.length || !parts.every((part) => chosen.has(part))) continue;
    parts.forEach((part) => chosen.delete(part));
    chosen.add(id);
  }
  return [...chosen].sort();
}
