/*
 * The filters: themes as a tree, years, label levels, each with the count of what it would leave
 * in the view under the other filters.
 */
import { get } from './api.js';
import { axeMark, button, byId, h, icon } from './dom.js';
import { number } from './format.js';
import { PlaceFilter, WordsFilter } from './place_filter.js';
import { getState, hasFilters, NO_FILTERS, setState, toggleLevel } from './state.js';
import {
  ancestors,
  axeOf,
  axes,
  children,
  filterParams,
  isCovered,
  isPartly,
  toggleTheme,
} from './themes.js';
import { bboxText } from './viewport.js';
import { t } from './words.js';

const LEVELS = [1, 2, 3, 4, 5];

/** What is asked: the counts by what, and the filter that they leave out. */
/** @type {[string, 'themes'|'years'|'niveaux'][]} */
const ASKED = [
  ['axe', 'themes'],
  ['enjeu', 'themes'],
  ['usage', 'themes'],
  ['annee', 'years'],
  ['niveau', 'niveaux'],
];

/**
 * What each choice of each filter would leave in a box.
 *
 * @return {Promise<Map<string, number>>}  by kind and key: "theme 1a", "annee 2016", "niveau 3"
 */
async function loadCounts(box, state) {
  const bbox = bboxText(box);
  const answers = await Promise.all(
    ASKED.map(([by, except]) => get('counts', { by, bbox, ...filterParams(state, except) })),
  );
  return new Map(
    answers.flatMap(({ counts }, i) => {
      const kind = ASKED[i][1] === 'themes' ? 'theme' : ASKED[i][0];
      return counts.map(({ key, count }) => [`${kind} ${key}`, count]);
    }),
  );
}

/* ---- Years ---- */

function yearBar(year, count, most, state) {
  const bar = h('span', { class: 'bar' });
  bar.style.setProperty('--share', String(count / most));
  const only = state.de === year && state.a === year;
  const within = (!state.de || year >= state.de) && (!state.a || year <= state.a);
  const words = t('map.named_count', { name: year, count: t('map.n_initiatives', { n: count }) });
  return button(
    {
      class: within ? 'chosen' : '',
      id: `an-${year}`,
      'aria-pressed': String(only),
      'aria-label': words,
      title: words,
      onclick: () => setState(only ? { de: null, a: null } : { de: year, a: year }),
    },
    bar,
    h('span', { class: 'bar-year' }, `’${String(year).slice(2)}`),
  );
}

function yearSelect({ id, words, open, value, years, patch }) {
  const select = h(
    'select',
    { id, onchange: () => setState(patch(select.value ? Number(select.value) : null)) },
    h('option', { value: '' }, open),
    years.map((year) => h('option', { value: year }, String(year))),
  );
  select.value = value ?? '';
  return h('label', {}, h('span', {}, words), select);
}

/** From and to; moving one past the other takes it along. */
function yearRange(state, years) {
  const from = (de) => ({ de, a: de && state.a && state.a < de ? de : state.a });
  const to = (a) => ({ a, de: a && state.de && state.de > a ? a : state.de });
  return h(
    'div',
    { class: 'range' },
    yearSelect({ id: 'f-de', words: t('map.from'), open: t('map.start'), value: state.de, years, patch: from }),
    yearSelect({ id: 'f-a', words: t('map.to'), open: t('map.end'), value: state.a, years, patch: to }),
  );
}

/* ---- The view ---- */

const section = (id, title, content) =>
  h('section', { 'aria-labelledby': id }, h('h3', { id }, title), content);

/** The view of the filters, in the panel. */
export class Filters {
  #view = byId('filtres');
  #themes = h('div', { class: 'tree' });
  #place = new PlaceFilter();
  #words = new WordsFilter();
  #years = h('div', { class: 'years' });
  #levels = h('div', { class: 'levels' });
  #reset = button({ class: 'button', onclick: () => setState(NO_FILTERS) }, t('map.reset'));
  #done;
  /** @type {Set<string>} ids of the themes whose parts are shown */
  #opened = new Set();
  /** @type {Map<string, number>|null} */
  #counts = null;
  #turn = 0;

  /** @param {{close: () => void}} actions */
  constructor({ close }) {
    this.#done = button({ class: 'button strong', onclick: close }, t('map.see_list'));
    this.#view.replaceChildren(
      h(
        'div',
        { class: 'view-bar' },
        button({ class: 'text-button', onclick: close }, icon('back'), t('map.back_to_list')),
      ),
      h('h2', { id: 'titre-filtres', tabindex: '-1' }, t('map.filters')),
      h(
        'p',
        { class: 'quiet' },
        t('map.counts_help'),
      ),
      section('f-themes', t('map.themes'), this.#themes),
      section('f-annees', t('map.years'), this.#years),
      section('f-label', t('map.label'), this.#levels),
      section('f-lieu', t('map.territory'), this.#place.element),
      section('f-texte', t('map.words'), this.#words.element),
      h('div', { class: 'view-foot' }, this.#reset, this.#done),
    );
  }

  /** Null before the first counts. */
  #count(kind, key) {
    return this.#counts ? (this.#counts.get(`${kind} ${key}`) ?? 0) : null;
  }

  /* ---- Themes ---- */

  #checkbox({ id }, chosen) {
    const box = h('input', {
      type: 'checkbox',
      id: `t-${id}`,
      onchange: () => setState({ themes: toggleTheme(getState().themes, id) }),
    });
    box.checked = isCovered(chosen, id);
    box.indeterminate = isPartly(chosen, id);
    return box;
  }

  #twist({ id, libelle }, open) {
    const turn = () => {
      if (!this.#opened.delete(id)) this.#opened.add(id);
      this.draw();
    };
    return button(
      {
        class: 'twist',
        id: `o-${id}`,
        'aria-expanded': String(open),
        'aria-controls': `parts-${id}`,
        'aria-label': t('map.detail', { name: libelle }),
        onclick: turn,
      },
      icon('next'),
    );
  }

  #branch(theme, chosen) {
    const { id, niveau, libelle } = theme;
    const below = children(id);
    const open = this.#opened.has(id);
    const count = this.#count('theme', id);
    const none = count === 0 && !isCovered(chosen, id);
    return h(
      'li',
      { class: `level-${niveau} axe-${axeOf(id)}` },
      h(
        'div',
        { class: none ? 'choice none' : 'choice' },
        this.#checkbox(theme, chosen),
        h('label', { for: `t-${id}` }, niveau === 1 && axeMark(id), h('span', {}, libelle)),
        h('span', { class: 'count' }, count === null ? '' : number(count)),
        below.length ? this.#twist(theme, open) : h('span', { class: 'twist' }),
      ),
      below.length > 0 &&
        h(
          'ul',
          { id: `parts-${id}`, hidden: !open },
          open && below.map((part) => this.#branch(part, chosen)),
        ),
    );
  }

  /* ---- Years and levels ---- */

  #drawYears(state) {
    const keys = [...(this.#counts?.keys() ?? [])].filter((key) => /^annee \d+$/.test(key));
    const known = keys.map((key) => Number(key.slice(6)));
    const all = [...known, state.de, state.a].filter(Boolean);
    if (!all.length) {
      const words = this.#counts ? t('map.no_year') : '';
      this.#years.replaceChildren(h('p', { class: 'quiet' }, words));
      return;
    }
    const first = Math.min(...all);
    const years = Array.from({ length: Math.max(...all) - first + 1 }, (_, i) => first + i);
    const countOf = (year) => this.#count('annee', year) ?? 0;
    const most = Math.max(1, ...years.map(countOf));
    this.#years.replaceChildren(
      h(
        'div',
        { class: 'bars' },
        years.map((year) => yearBar(year, countOf(year), most, state)),
      ),
      yearRange(state, years),
    );
  }

  #level(niveau, chosen) {
    const count = this.#count('niveau', niveau);
    const words = t('map.n_arobases', { n: niveau });
    return button(
      {
        class: 'level',
        id: `n-${niveau}`,
        'aria-pressed': String(chosen.includes(niveau)),
        'aria-label':
          count === null
            ? words
            : t('map.named_count', { name: words, count: t('map.n_initiatives', { n: count }) }),
        onclick: () => setState({ niveaux: toggleLevel(getState().niveaux, niveau) }),
      },
      h('span', { class: 'level-mark' }, '@'.repeat(niveau)),
      h('span', { class: 'count' }, count === null ? '' : number(count)),
    );
  }

  /* ---- For the page ---- */

  /** Draws anew; the keyboard stays where it was. */
  draw() {
    const state = getState();
    const focused = this.#view.contains(document.activeElement) && document.activeElement.id;
    const branches = axes().map((axe) => this.#branch(axe, state.themes));
    this.#themes.replaceChildren(h('ul', {}, branches));
    this.#drawYears(state);
    this.#levels.replaceChildren(...LEVELS.map((niveau) => this.#level(niveau, state.niveaux)));
    this.#words.show(state);
    this.#reset.disabled = !hasFilters(state);
    if (focused) document.getElementById(focused)?.focus();
  }

  /** Counts for a box; throws what the server's failure throws. */
  async count(box) {
    const mine = ++this.#turn;
    const [counts] = await Promise.all([loadCounts(box, getState()), this.#place.count(box)]);
    if (mine !== this.#turn) return;
    this.#counts = counts;
    this.draw();
  }

  /** Opens the branches that hold something chosen. */
  unfold() {
    for (const id of getState().themes) ancestors(id).forEach((above) => this.#opened.add(above));
  }

  /** Says on the button that leads to the list what it lists. */
  setTotal(words) {
    this.#done.textContent = words;
  }
}
