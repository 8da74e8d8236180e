/*
 * What is chosen, in sight: a chip above the list for each filter, which takes itself away, and
 * their number on the button that opens the filters.
 */
import { KINDS, nameOf, partsOf } from './areas.js';
import { axeMark, button, byId, h, icon } from './dom.js';
import { NO_FILTERS, setState, toggleLevel } from './state.js';
import { axeOf, libelle } from './themes.js';
import { t } from './words.js';

function chip(content, words, without) {
  return button(
    {
      class: 'chip removable',
      'aria-label': t('map.chip', { words }),
      onclick: () => setState(without),
    },
    content,
    h('span', {}, words),
    icon('close'),
  );
}

function yearWords({ de, a }) {
  if (de && a) return de === a ? String(de) : t('map.years_between', { from: de, to: a });
  return de ? t('map.years_from', { from: de }) : t('map.years_to', { to: a ?? '' });
}

/** Shows the chosen filters; each chip takes itself away. */
export function drawChips(state) {
  const place = byId('puces');
  const hadFocus = place.contains(document.activeElement);
  const chips = state.themes.map((id) =>
    chip(axeMark(axeOf(id)), libelle(id), { themes: state.themes.filter((other) => other !== id) }),
  );
  if (state.territoire)
    chips.push(
      chip(
        icon('area'),
        t('map.chip_area', {
          kind: KINDS[partsOf(state.territoire)[0]].title,
          name: nameOf(state.territoire),
        }),
        { territoire: '' },
      ),
    );
  if (state.q) chips.push(chip(icon('search'), t('map.quoted', { words: state.q }), { q: '' }));
  if (state.de || state.a)
    chips.push(chip(icon('calendar'), yearWords(state), { de: null, a: null }));
  for (const niveau of state.niveaux)
    chips.push(chip(null, '@'.repeat(niveau), { niveaux: toggleLevel(state.niveaux, niveau) }));
  if (chips.length > 1)
    chips.push(
      button({ class: 'text-button', onclick: () => setState(NO_FILTERS) }, t('map.clear_all')),
    );
  place.replaceChildren(...chips);
  if (hadFocus) (place.querySelector('button') ?? byId('resultats')).focus();
}

/** Shows how many filters are chosen on the button that opens them. */
export function drawFilterButton(state, open) {
  const count =
    state.themes.length +
    state.niveaux.length +
    (state.de || state.a ? 1 : 0) +
    (state.territoire ? 1 : 0);
  const opener = byId('bouton-filtres');
  opener.setAttribute('aria-expanded', String(open));
  opener.replaceChildren(
    icon('filters'),
    h('span', { class: 'filter-word' }, t('map.filters')),
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
