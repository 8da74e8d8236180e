/*
 * The list beside the map: what lies in the view, or in one stack, page by page. It is the map's
 * text: the same question to the server, in words.
 */
import { get, latest, nextPage } from './api.js';
import { axeMark, button, byId, firstOf, h, icon, within } from './dom.js';
import { monthYear, typeset } from './format.js';
import { axeOf, filterParams, libelle } from './themes.js';
import { bboxText } from './viewport.js';
import { t } from './words.js';

const PAGE = 20;
const SKELETONS = 8;
const PATH = 'collections/initiatives/items';

/** The marks of a sheet's axes, named for those who do not see them. */
function axeMarks(axes) {
  return h(
    'span',
    { class: 'marks', role: 'img', 'aria-label': axes.map(libelle).join(', ') },
    axes.map(axeMark),
  );
}

const skeleton = () =>
  h('li', { class: 'row skeleton', 'aria-hidden': 'true' }, h('span', {}), h('span', {}));

function emptyCard(filtered) {
  const advice = filtered
    ? t('map.none_filtered')
    : t('map.none_here');
  return h(
    'li',
    { class: 'card empty' },
    icon('pin'),
    h('p', {}, h('strong', {}, t('map.empty'))),
    h('p', { class: 'quiet' }, advice),
  );
}

/** The list, with its heading and its foot. */
export class List {
  #actions;
  #total = byId('total');
  #precision = byId('precision');
  #heading = byId('resultats');
  #list = byId('liste');
  #foot = byId('suite');
  #announcement = byId('annonce');
  #ask = latest();
  /** The first page that is shown, how many rows there are, and how many sheets match. */
  #answer = null;
  #listed = 0;
  #matched = 0;
  /** Id of the sheet whose row the keyboard is to be put on when it comes. */
  #awaited = null;

  /**
   * @param {{open: (id: number) => void, hover: (feature: Object|null) => void,
   *          leaveStack: () => void, retry: () => void}} actions
   */
  constructor(actions) {
    this.#actions = actions;
    this.#list.replaceChildren(...Array.from({ length: SKELETONS }, skeleton));
  }

  #row(feature) {
    const { open, hover } = this.#actions;
    const { titre, commune_nom: commune, date, axes, themes } = feature.properties;
    return h(
      'li',
      {},
      button(
        {
          class: 'row',
          dataset: { id: feature.id },
          onclick: () => open(feature.id),
          onmouseenter: () => hover(feature),
          onmouseleave: () => hover(null),
          onfocus: () => hover(feature),
          onblur: () => hover(null),
        },
        axeMarks(axes ?? [...new Set(themes.map(axeOf))]),
        h('span', { class: 'row-title', lang: 'fr' }, typeset(titre)),
        h('span', { class: 'row-where' }, h('strong', {}, commune), ' · ', monthYear(date)),
      ),
    );
  }

  /** Adds a page of sheets, and the way to the next. */
  #append(answer) {
    this.#listed += answer.features.length;
    this.#list.append(...answer.features.map((feature) => this.#row(feature)));
    this.#foot.replaceChildren();
    const next = nextPage(answer);
    if (!next) return;
    const more = button(
      { class: 'button wide', onclick: () => this.#showMore(next, more) },
      t('map.more'),
    );
    this.#foot.append(
      more,
      h('p', { class: 'quiet' }, t('map.listed', {
          listed: this.#listed,
          matched: this.#matched,
          left: this.#matched - this.#listed,
        })),
    );
  }

  async #showMore(params, more) {
    const shown = this.#answer;
    more.disabled = true;
    try {
      const page = await get(PATH, params);
      if (this.#answer !== shown) return;
      const first = this.#listed;
      this.#append(page);
      this.#list.children[first]?.querySelector('button')?.focus();
      this.#announcement.textContent = t('map.now_listed', {
        listed: this.#listed,
        matched: this.#matched,
      });
    } catch {
      more.disabled = false;
      more.textContent = t('map.retry');
    }
  }

  /** The words at the head; for a stack, with the way back to the whole view. */
  #headingOf(state) {
    const words = t('map.n_initiatives', { n: this.#matched });
    if (!state.pile) {
      this.#precision.textContent = '';
      return t('map.in_view', { words });
    }
    const { leaveStack } = this.#actions;
    this.#precision.replaceChildren(
      button({ class: 'text-button', onclick: leaveStack }, icon('back'), t('map.whole_view')),
    );
    return t('map.at_one_place', { words });
  }

  /** Shows a first page; the same one again (answers are kept) leaves the list as it stands. */
  #show(answer, state, filtered) {
    this.#list.removeAttribute('aria-busy');
    if (answer === this.#answer) return;
    const focused = within('#liste [data-id]')?.dataset.id;
    this.#answer = answer;
    this.#matched = answer.numberMatched;
    this.#listed = 0;
    const words = this.#headingOf(state);
    if (this.#total.textContent !== words) this.#announcement.textContent = words;
    this.#total.textContent = words;
    this.#list.replaceChildren();
    this.#append(answer);
    if (!this.#matched) this.#list.append(emptyCard(filtered));
    this.#list.closest('.panel').scrollTop = 0;
    const waiting = document.activeElement === this.#heading ? this.#awaited : null;
    if (focused ?? waiting) this.focus(focused ?? waiting);
  }

  /** Puts the keyboard on a sheet's row; until that is listed, on the heading. */
  focus(id) {
    const target = firstOf(this.#list, `[data-id="${id}"]`);
    this.#awaited = target ? null : id;
    (target ?? this.#heading).focus();
  }

  /** Lists what is in a box, or in the state's stack; resolves when it is shown or overtaken. */
  async load(box, state, filtered) {
    this.#list.setAttribute('aria-busy', 'true');
    const bbox = state.pile ? `${state.pile},${state.pile}` : bboxText(box);
    const params = { bbox, limit: PAGE, profile: 'compact', ...filterParams(state) };
    const answer = await this.#ask(PATH, params);
    if (answer) this.#show(answer, state, filtered);
  }

  /** How many sheets match. */
  get matched() {
    return this.#matched;
  }

  /** Says that the server did not answer. */
  fail(message) {
    this.#answer = null;
    this.#listed = 0;
    this.#foot.replaceChildren();
    this.#total.textContent = t('map.no_data');
    this.#announcement.textContent = message;
    this.#list.removeAttribute('aria-busy');
    this.#list.replaceChildren(
      h(
        'li',
        { class: 'card empty' },
        icon('info'),
        h('p', {}, h('strong', {}, message)),
        button({ class: 'button', onclick: this.#actions.retry }, t('map.retry')),
      ),
    );
  }
}
