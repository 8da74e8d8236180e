/*
 * The filter by territory: a kind, and those of it that the view has initiatives of, with what
 * each would leave under the other filters. And the filter by words.
 */
import { get } from './api.js';
import { KINDS, learn, nameOf, partsOf, territoryOf } from './areas.js';
import { button, h } from './dom.js';
import { number } from './format.js';
import { getState, setState } from './state.js';
import { filterParams } from './themes.js';
import { bboxText } from './viewport.js';
import { t } from './words.js';

/** A list to choose from may be no longer. */
const MOST = 1500;
/** @type {Kind[]} */
const KIND_NAMES = ['region', 'departement', 'epci', 'commune'];

/** @param {string} id @param {string} words @param {HTMLElement} control */
const field = (id, words, control) =>
  h('div', { class: 'field' }, h('label', { for: id }, words), control);

/** The filter by territory. */
export class PlaceFilter {
  #kind = /** @type {HTMLSelectElement} */ (
    h(
      'select',
      { id: 'f-genre', onchange: () => this.#changeKind() },
      KIND_NAMES.map((kind) => h('option', { value: kind }, KINDS[kind].title)),
    )
  );
  #which = /** @type {HTMLSelectElement} */ (
    h('select', { id: 'f-territoire', onchange: () => this.#choose() })
  );
  #cut = h('p', { class: 'quiet', hidden: true }, t('map.territory_cut'));
  /** @type {Box|null} */
  #box = null;
  #turn = 0;
  element = h(
    'div',
    { class: 'fields' },
    field('f-genre', t('map.territory_kind'), this.#kind),
    field('f-territoire', t('map.territory_which'), this.#which),
    this.#cut,
  );

  constructor() {
    this.#kind.value = 'departement';
  }

  #changeKind() {
    if (getState().territoire) setState({ territoire: '', pile: '' });
    if (this.#box) this.count(this.#box).catch(() => {});
  }

  #choose() {
    const kind = /** @type {Kind} */ (this.#kind.value);
    const { value } = this.#which;
    if (value) {
      const nom = this.#which.selectedOptions[0].dataset.nom ?? value;
      learn(kind, { code: value, nom });
    }
    setState({ territoire: value ? territoryOf(kind, value) : '', pile: '' });
  }

  /** @param {string} territory */
  #show(territory) {
    if (!territory) {
      this.#which.value = '';
      return;
    }
    const [, code] = partsOf(territory);
    if (![...this.#which.options].some(({ value }) => value === code))
      this.#which.append(h('option', { value: code }, nameOf(territory)));
    this.#which.value = code;
  }

  /** Counts for a box; throws what the server's failure throws. @param {Box} box */
  async count(box) {
    const mine = ++this.#turn;
    const state = getState();
    this.#box = box;
    if (state.territoire) [this.#kind.value] = partsOf(state.territoire);
    const by = this.#kind.value;
    /** @type {CountsAnswer} */
    const { counts } = await get('counts', {
      by,
      bbox: bboxText(box),
      ...filterParams(state, 'territoire'),
    });
    if (mine !== this.#turn) return;
    const found = counts.filter(({ key, count }) => key !== null && count > 0);
    const largest = found.sort((a, b) => b.count - a.count).slice(0, MOST);
    this.#cut.hidden = found.length <= MOST;
    this.#which.replaceChildren(
      h('option', { value: '' }, t('map.territory_all')),
      ...largest
        .sort((a, b) => (a.label ?? '').localeCompare(b.label ?? '', 'fr'))
        .map(({ key, label, count }) =>
          h(
            'option',
            { value: key, dataset: { nom: label ?? key } },
            `${label ?? key} (${number(count)})`,
          ),
        ),
    );
    this.#show(state.territoire);
  }
}

/** The filter by words: a field that is read when it is left or sent. */
export class WordsFilter {
  #input = /** @type {HTMLInputElement} */ (
    h('input', { id: 'f-mots', type: 'search', autocomplete: 'off', maxlength: 200 })
  );
  element = h(
    'form',
    {
      class: 'fields words',
      /** @param {Event} event */
      onsubmit: (event) => {
        event.preventDefault();
        setState({ q: this.#input.value.trim(), pile: '' });
      },
    },
    field('f-mots', t('map.words_label'), this.#input),
    button({ class: 'button', type: 'submit' }, t('map.words_apply')),
  );

  /** @param {PageState} state */
  show({ q }) {
    if (document.activeElement !== this.#input) this.#input.value = q;
  }
}
