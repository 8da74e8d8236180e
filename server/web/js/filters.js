/*
 * The filters: themes as a tree, years, label levels, each with the count of what it would leave
 * in the view under the other filters; and the same, chosen, as chips above the list.
 */
import { get } from './api.js';
import { axeMark, byId, h, icon } from './dom.js';
import { counted, number } from './format.js';
import { getState, hasFilters, NO_FILTERS, setState } from './state.js';
import {
  ancestors,
  axeOf,
  axes,
  children,
  filterParams,
  isCovered,
  isPartly,
  libelle,
  toggleTheme,
} from './themes.js';
import { bboxText } from './viewport.js';

const LEVELS = [1, 2, 3, 4, 5];

const asMap = ({ counts }) => new Map(counts.map(({ key, count }) => [String(key), count]));

/** What each choice of each filter would leave in a box. */
async function loadCounts(box, state) {
  const bbox = bboxText(box);
  const asked = [
    ['axe', 'themes'],
    ['enjeu', 'themes'],
    ['usage', 'themes'],
    ['annee', 'years'],
    ['niveau', 'niveaux'],
  ];
  const answers = await Promise.all(
    asked.map(([by, except]) => get('counts', { by, bbox, ...filterParams(state, except) })),
  );
  const [axe, enjeu, usage, annee, niveau] = answers.map(asMap);
  return { themes: new Map([...axe, ...enjeu, ...usage]), annee, niveau };
}

const toggleLevel = (niveaux, niveau) =>
  niveaux.includes(niveau)
    ? niveaux.filter((other) => other !== niveau)
    : [...niveaux, niveau].sort();

/* ---- Chips of what is chosen ---- */

function chip(content, words, without) {
  return h(
    'button',
    {
      class: 'chip removable',
      type: 'button',
      'aria-label': `Retirer le filtre : ${words}`,
      onclick: () => setState(without),
    },
    content,
    h('span', {}, words),
    icon('close'),
  );
}

function yearWords({ de, a }) {
  if (de && a) return de === a ? String(de) : `${de} à ${a}`;
  return de ? `depuis ${de}` : `jusqu’à ${a}`;
}

/** Shows the chosen filters; each chip takes itself away. */
export function drawChips(state) {
  const place = byId('puces');
  const hadFocus = place.contains(document.activeElement);
  const chips = state.themes.map((id) =>
    chip(axeMark(axeOf(id)), libelle(id), { themes: state.themes.filter((other) => other !== id) }),
  );
  if (state.q) chips.push(chip(icon('search'), `« ${state.q} »`, { q: '' }));
  if (state.de || state.a)
    chips.push(chip(icon('calendar'), yearWords(state), { de: null, a: null }));
  for (const niveau of state.niveaux)
    chips.push(chip(null, '@'.repeat(niveau), { niveaux: toggleLevel(state.niveaux, niveau) }));
  if (chips.length > 1)
    chips.push(
      h(
        'button',
        { class: 'text-button', type: 'button', onclick: () => setState(NO_FILTERS) },
        'Tout effacer',
      ),
    );
  place.replaceChildren(...chips);
  if (hadFocus) (place.querySelector('button') ?? byId('resultats')).focus();
}

/** Shows how many filters are chosen on the button that opens them. */
export function drawFilterButton(state, open) {
  const count = state.themes.length + state.niveaux.length + (state.de || state.a ? 1 : 0);
  const button = byId('bouton-filtres');
  button.setAttribute('aria-expanded', String(open));
  button.replaceChildren(
    icon('filters'),
    h('span', { class: 'filter-word' }, 'Filtres'),
    count
      ? h(
          'span',
          { class: 'badge' },
          String(count),
          h('span', { class: 'sr-only' }, count > 1 ? ' actifs' : ' actif'),
        )
      : '',
  );
}

/* ---- The view ---- */

/**
 * @param {{close: function()}} actions
 */
export function createFilters(actions) {
  const view = byId('filtres');
  const parts = {
    themes: h('div', { class: 'tree' }),
    years: h('div', { class: 'years' }),
    levels: h('div', { class: 'levels' }),
  };
  const reset = h(
    'button',
    { class: 'button', type: 'button', onclick: () => setState(NO_FILTERS) },
    'Réinitialiser',
  );
  const done = h(
    'button',
    { class: 'button strong', type: 'button', onclick: actions.close },
    'Voir la liste',
  );
  /** @type {Set<string>} ids of the themes whose parts are shown */
  const opened = new Set();
  let counts = null;
  let turn = 0;

  view.replaceChildren(
    h(
      'div',
      { class: 'view-bar' },
      h(
        'button',
        { class: 'text-button', type: 'button', onclick: actions.close },
        icon('back'),
        'Retour à la liste',
      ),
    ),
    h('h2', { id: 'titre-filtres', tabindex: '-1' }, 'Filtres'),
    h(
      'p',
      { class: 'quiet' },
      'Les nombres comptent les initiatives de la vue, selon les autres filtres.',
    ),
    h(
      'section',
      { 'aria-labelledby': 'f-themes' },
      h('h3', { id: 'f-themes' }, 'Thèmes'),
      parts.themes,
    ),
    h(
      'section',
      { 'aria-labelledby': 'f-annees' },
      h('h3', { id: 'f-annees' }, 'Années'),
      parts.years,
    ),
    h(
      'section',
      { 'aria-labelledby': 'f-label' },
      h('h3', { id: 'f-label' }, 'Label de la commune'),
      parts.levels,
    ),
    h('div', { class: 'view-foot' }, reset, done),
  );

  const countOf = (map, key) => counts?.[map].get(String(key)) ?? (counts ? 0 : null);

  function branch(item, state) {
    const below = children(item.id);
    const checked = isCovered(state.themes, item.id);
    const count = countOf('themes', item.id);
    const box = h('input', {
      type: 'checkbox',
      id: `t-${item.id}`,
      onchange: () => setState({ themes: toggleTheme(getState().themes, item.id) }),
    });
    box.checked = checked;
    box.indeterminate = isPartly(state.themes, item.id);
    const open = opened.has(item.id);
    const list = h(
      'ul',
      { id: `parts-${item.id}`, hidden: !open },
      open ? below.map((part) => branch(part, state)) : [],
    );
    const toggle =
      below.length > 0 &&
      h(
        'button',
        {
          class: 'twist',
          type: 'button',
          id: `o-${item.id}`,
          'aria-expanded': String(open),
          'aria-controls': `parts-${item.id}`,
          'aria-label': `Détail de ${item.libelle}`,
          onclick: () => {
            if (!opened.delete(item.id)) opened.add(item.id);
            draw();
          },
        },
        icon('next'),
      );
    return h(
      'li',
      { class: `level-${item.niveau} axe-${axeOf(item.id)}` },
      h(
        'div',
        { class: count === 0 && !checked ? 'choice none' : 'choice' },
        box,
        h(
          'label',
          { for: `t-${item.id}` },
          item.niveau === 1 && axeMark(item.id),
          h('span', {}, item.libelle),
        ),
        h('span', { class: 'count' }, count === null ? '' : number(count)),
        toggle || h('span', { class: 'twist' }),
      ),
      below.length > 0 && list,
    );
  }

  function yearSelect(id, words, value, years, patch) {
    const select = h(
      'select',
      { id, onchange: () => setState(patch(select.value ? Number(select.value) : null)) },
      h('option', { value: '' }, words === 'De' ? 'début' : 'fin'),
      years.map((year) => h('option', { value: year }, String(year))),
    );
    select.value = value ?? '';
    return h('label', {}, h('span', {}, words), select);
  }

  function drawYears(state) {
    const keys = [...(counts?.annee.keys() ?? []), state.de, state.a].filter(Boolean).map(Number);
    if (!keys.length) {
      parts.years.replaceChildren(
        h('p', { class: 'quiet' }, counts ? 'Aucune année dans cette vue.' : ''),
      );
      return;
    }
    const first = Math.min(...keys);
    const years = Array.from({ length: Math.max(...keys) - first + 1 }, (_, i) => first + i);
    const most = Math.max(1, ...years.map((year) => countOf('annee', year) ?? 0));
    const chosen = (year) => (!state.de || year >= state.de) && (!state.a || year <= state.a);
    parts.years.replaceChildren(
      h(
        'div',
        { class: 'bars' },
        years.map((year) => {
          const count = countOf('annee', year) ?? 0;
          const bar = h('span', { class: 'bar' });
          bar.style.setProperty('--share', String(count / most));
          const only = state.de === year && state.a === year;
          return h(
            'button',
            {
              type: 'button',
              class: chosen(year) ? 'chosen' : '',
              id: `an-${year}`,
              'aria-pressed': String(only),
              'aria-label': `${year} : ${counted(count, 'initiative')}`,
              title: `${year} : ${counted(count, 'initiative')}`,
              onclick: () => setState(only ? { de: null, a: null } : { de: year, a: year }),
            },
            bar,
            h('span', { class: 'bar-year' }, `’${String(year).slice(2)}`),
          );
        }),
      ),
      h(
        'div',
        { class: 'range' },
        yearSelect('f-de', 'De', state.de, years, (de) => ({
          de,
          a: de && state.a && state.a < de ? de : state.a,
        })),
        yearSelect('f-a', 'à', state.a, years, (a) => ({
          a,
          de: a && state.de && state.de > a ? a : state.de,
        })),
      ),
    );
  }

  function drawLevels(state) {
    parts.levels.replaceChildren(
      ...LEVELS.map((niveau) =>
        h(
          'button',
          {
            type: 'button',
            class: 'level',
            id: `n-${niveau}`,
            'aria-pressed': String(state.niveaux.includes(niveau)),
            'aria-label': `${niveau} arobase${niveau > 1 ? 's' : ''} : ${counted(countOf('niveau', niveau) ?? 0, 'initiative')}`,
            onclick: () => setState({ niveaux: toggleLevel(getState().niveaux, niveau) }),
          },
          h('span', { class: 'level-mark' }, '@'.repeat(niveau)),
          h('span', { class: 'count' }, counts ? number(countOf('niveau', niveau)) : ''),
        ),
      ),
    );
  }

  /** Draws anew; the keyboard stays where it was. */
  function draw() {
    const state = getState();
    const focused = view.contains(document.activeElement) ? document.activeElement.id : '';
    parts.themes.replaceChildren(
      h(
        'ul',
        {},
        axes().map((axe) => branch(axe, state)),
      ),
    );
    drawYears(state);
    drawLevels(state);
    reset.disabled = !hasFilters(state);
    if (focused) document.getElementById(focused)?.focus();
  }

  return {
    draw,

    /** Counts for a box; throws what the server's failure throws. */
    async count(box) {
      const mine = ++turn;
      const answer = await loadCounts(box, getState());
      if (mine !== turn) return;
      counts = answer;
      draw();
    },

    /** Opens the branches that hold something chosen. */
    unfold() {
      for (const id of getState().themes) ancestors(id).forEach((above) => opened.add(above));
    },

    setTotal(words) {
      done.textContent = words;
    },
  };
}
