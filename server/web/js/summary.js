/*
 * The headline figures, as the server computes them, and what kind of data they are of.
 */
import { byId, h, icon } from './dom.js';
import { number, shortNumber } from './format.js';
import { t } from './words.js';

function figure(value, words, title) {
  return h('li', { title }, h('strong', {}, value), h('span', {}, words));
}

/** Shows the figures of an answer of /summary. */
export function showSummary(summary) {
  byId('chiffres').replaceChildren(
    h(
      'ul',
      { class: 'figures', 'aria-label': t('map.figures', { year: summary.annee ?? '' }) },
      figure(
        number(summary.labelled_communes),
        t('map.labelled'),
        t('map.labelled_in', { year: summary.annee ?? '' }),
      ),
      figure(
        shortNumber(summary.labelled_population),
        t('map.inhabitants'),
        t('map.inhabitants_in', { n: summary.labelled_population }),
      ),
      figure(
        number(summary.initiatives),
        t('map.initiatives'),
        t('map.published', { n: summary.initiatives }),
      ),
    ),
    summary.synthetic
      ? h(
          'p',
          { class: 'synthetic' },
          icon('info'),
          t('map.synthetic'),
        )
      : '',
  );
}
