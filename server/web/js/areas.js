/*
 * The territories that the map can be cut into, and what the page has come to know of each.
 */
import { get } from './api.js';
import { t } from './words.js';

/**
 * @typedef {'commune'|'epci'|'departement'|'region'} Kind  the name of its filter, too
 * @typedef {{code: string, nom: string, population?: number, initiatives?: number,
 *            niveau?: number, communes?: number, communes_labellisees?: number}} Facts
 */

/** Words and tiles of each kind, from the smallest; a filter on one is `kind=code`. */
export const KINDS = {
  commune: { tiles: 'communes', word: t('map.kind_commune'), title: t('map.kinds_commune') },
  epci: { tiles: 'epcis', word: t('map.kind_epci'), title: t('map.kinds_epci') },
  departement: {
    tiles: 'departements',
    word: t('map.kind_departement'),
    title: t('map.kinds_departement'),
  },
  region: { tiles: 'regions', word: t('map.kind_region'), title: t('map.kinds_region') },
};

/** The zooms of the map below which the larger kinds are shown, where none is chosen. */
const BELOW_ZOOM = [
  ['region', 4.6],
  ['departement', 7.5],
  ['epci', 9.5],
];

/** The kind that is shown: the one chosen, else what suits the zoom. */
export const kindOf = ({ par }, zoom) =>
  par || (BELOW_ZOOM.find(([, below]) => zoom < below)?.[0] ?? 'commune');

/** @type {Map<string, Facts>} by territory: "departement:13" */
const known = new Map();

export const territoryOf = (kind, code) => `${kind}:${code}`;

/** [kind, code] of a territory of a state. */
export const partsOf = (territory) => territory.split(':');

/** Keeps what a tile or an answer says of a territory. */
export const learn = (kind, facts) => known.set(territoryOf(kind, facts.code), facts);

/** @return {Facts|undefined} */
export const factsOf = (territory) => known.get(territory);

/** What the page calls a territory: its name, or its code until that is known. */
export const nameOf = (territory) => factsOf(territory)?.nom ?? partsOf(territory)[1];

/** Learns the name of a territory that came in the address. */
export async function loadFacts(territory) {
  if (!territory || known.has(territory)) return;
  const [kind, code] = partsOf(territory);
  if (kind === 'commune') {
    learn(kind, (await get(`collections/communes/items/${code}`)).properties);
    return;
  }
  const { counts } = await get('counts', { by: kind, [kind]: code });
  const found = counts.find(({ key }) => key === code);
  if (found) learn(kind, { code, nom: found.label });
}

/** The label, in words: a commune's level, or how many of a territory's communes have one. */
export function labelWords({ niveau, communes, communes_labellisees: labelled }) {
  if (niveau) return t('map.level', { n: niveau });
  if (communes === undefined) return t('map.no_label');
  return t('map.n_labelled', { n: labelled ?? 0 });
}

/** Population and label, as far as known: "1 876 051 habitants, 24 communes labellisées". */
export function factWords(facts) {
  const { population, niveau, communes } = facts;
  const words = [];
  if (population !== undefined && population !== null)
    words.push(t('map.n_inhabitants', { n: population }));
  if (words.length || niveau || communes) words.push(labelWords(facts));
  return words.join(', ');
}
