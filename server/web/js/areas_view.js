/*
 * The choice of territories beside the list: what the map is cut into, what colours them, the
 * legend, and the territories of the view by their numbers. Those numbers need no contours, and
 * are the coloured map in words.
 */
import { latest } from './api.js';
import { factsOf, KINDS, learn, territoryOf } from './areas.js';
import { button, byId, firstOf, h, icon, within } from './dom.js';
import { NARROW } from './edges.js';
import { number } from './format.js';
import { setState } from './state.js';
import { filterParams } from './themes.js';
import { legendOf, TINTS } from './tint.js';
import { bboxText } from './viewport.js';
import { t } from './words.js';

const FIRST_ROWS = 10;

/** Radio buttons in one row; `chosen` is called with the value. */
function choice(name, legend, options, chosen) {
  return h(
    'fieldset',
    { class: 'segments' },
    h('legend', { class: 'sr-only' }, legend),
    h(
      'div',
      { class: 'segment-row' },
      options.map(([value, words]) =>
        h(
          'label',
          {},
          h('input', { type: 'radio', name, value, onchange: () => chosen(value) }),
          h('span', {}, words),
        ),
      ),
    ),
  );
}

/** Checks the button of a value. */
function check(fieldset, value) {
  for (const input of fieldset.querySelectorAll('input')) input.checked = input.value === value;
}

function legend(measure) {
  if (!measure) return [];
  const { title, rows } = legendOf(measure);
  return [
    h('p', { class: 'legend-title', id: 'titre-legende' }, title),
    h(
      'ul',
      { class: 'legend', 'aria-labelledby': 'titre-legende' },
      rows.map(({ step, words }) =>
        h('li', {}, h('span', { class: `swatch tint-${step}`, 'aria-hidden': 'true' }), words),
      ),
    ),
  ];
}

/** Without contours nothing can be coloured: how they are added, for those who run the server. */
const missing = () =>
  h(
    'p',
    { class: 'quiet' },
    t('map.no_contours'),
    ' ',
    h('code', {}, 'arobase import contours'),
    ' ',
    t('map.no_contours_how'),
  );

/** The choice of territories, in the panel. */
export class AreasView {
  #ask = latest();
  #kinds = choice(
    'par',
    t('map.cut_by'),
    Object.entries(KINDS).map(([kind, { word }]) => [kind, word]),
    (par) => setState({ par }, { replace: true }),
  );
  #tints = choice('teinte', t('map.colour_by'), Object.entries(TINTS), (teinte) =>
    setState({ teinte }, { replace: true }),
  );
  #legend = h('div', {});
  #summary = h('span', {});
  #free = button(
    { class: 'text-button', onclick: () => setState({ par: '' }, { replace: true }) },
    t('map.follow_zoom'),
  );
  #rows = h('ol', { class: 'area-rows' });
  #rowsTitle = h('summary', {});
  #rowsBox;
  #all = false;
  #last = null;
  #contours;

  /** @param {{contours: number}} summary  the answer of /summary */
  constructor({ contours }) {
    const toggled = () => this.#last && this.#count();
    this.#rowsBox = h('details', { ontoggle: toggled }, this.#rowsTitle, this.#rows);
    byId('decoupage').replaceChildren(
      h(
        'details',
        { class: 'areas', open: !NARROW.matches },
        h('summary', {}, icon('area'), t('map.areas'), this.#summary),
        this.#kinds,
        this.#free,
        contours ? [this.#tints, this.#legend] : missing(),
        this.#rowsBox,
      ),
    );
    this.#contours = contours;
  }

  /**
   * Brings the choice to a state.
   *
   * @param {{state: Object, kind: string, measure: Object|null, box: Object}} now
   */
  update(now) {
    const { state, kind, measure } = now;
    if (kind !== this.#last?.kind) this.#all = false;
    this.#last = now;
    check(this.#kinds, kind);
    check(this.#tints, state.teinte);
    this.#free.hidden = !state.par;
    this.#summary.textContent = t('map.by_kind', { kind: KINDS[kind].word });
    if (this.#contours) this.#legend.replaceChildren(...legend(measure));
    this.#rowsTitle.textContent = t(`map.rows_${kind}`);
    this.#count();
  }

  /** Lists the territories of the view, where the list is open. */
  async #count() {
    if (!this.#rowsBox.open) return;
    const { state, kind, box } = this.#last;
    const params = { by: kind, bbox: bboxText(box), ...filterParams(state, 'territoire') };
    const answer = await this.#ask('counts', params).catch(() => null);
    if (answer) this.#list(answer, kind, state);
  }

  #list({ counts }, kind, state) {
    const found = counts
      .filter(({ key, count }) => key !== null && count > 0)
      .sort((a, b) => b.count - a.count);
    const shown = this.#all ? found : found.slice(0, FIRST_ROWS);
    const all = t('map.show_all', { n: found.length });
    const focused = within('.area-rows [data-code]')?.dataset.code;
    this.#rows.replaceChildren(
      ...shown.map((row) => this.#row(row, kind, state)),
      found.length > shown.length
        ? h('li', {}, button({ class: 'text-button', onclick: () => this.#showAll() }, all))
        : '',
      found.length ? '' : h('li', { class: 'quiet' }, t('map.nothing_in_view')),
    );
    if (focused) firstOf(this.#rows, `[data-code="${focused}"]`)?.focus();
  }

  #showAll() {
    this.#all = true;
    this.#count().then(() => this.#rows.children[FIRST_ROWS]?.querySelector('button')?.focus());
  }

  #row({ key: code, label, count }, kind, state) {
    const territory = territoryOf(kind, code);
    const chosen = state.territoire === territory;
    const choose = () => {
      if (!factsOf(territory)) learn(kind, { code, nom: label ?? code });
      setState({ territoire: chosen ? '' : territory, pile: '' });
    };
    return h(
      'li',
      {},
      button(
        { class: 'area-row', dataset: { code }, 'aria-pressed': String(chosen), onclick: choose },
        h('span', {}, label ?? code),
        h('span', { class: 'count' }, number(count)),
      ),
    );
  }
}
