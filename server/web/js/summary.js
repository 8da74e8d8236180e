/*
 * The headline figures, as the server computes them, and what kind of data they are of.
 */
import { byId, h, icon } from './dom.js';
import { number, shortNumber } from './format.js';

function figure(value, words, title) {
  return h('li', { title }, h('strong', {}, value), h('span', {}, words));
}

/** Shows the figures of an answer of /summary. */
export function showSummary(summary) {
  byId('chiffres').replaceChildren(
    h(
      'ul',
      { class: 'figures', 'aria-label': `Chiffres du label ${summary.annee}` },
      figure(
        number(summary.labelled_communes),
        'communes labellisées',
        `Communes labellisées en ${summary.annee}`,
      ),
      figure(
        shortNumber(summary.labelled_population),
        'd’habitants',
        `${number(summary.labelled_population)} habitants dans les communes labellisées`,
      ),
      figure(
        number(summary.initiatives),
        'initiatives',
        `${number(summary.initiatives)} initiatives publiées`,
      ),
    ),
    summary.synthetic
      ? h(
          'p',
          { class: 'synthetic' },
          icon('info'),
          'Données de démonstration synthétiques : labels et initiatives sont inventés.',
        )
      : '',
  );
}
