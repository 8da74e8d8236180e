/*
 * The search box: suggestions as one types (communes, themes, initiatives), chosen with the
 * pointer or the keyboard. It is an ARIA combobox with a list box.
 */
import { latest } from './api.js';
import { arobases, axeMark, byId, debounce, h, icon } from './dom.js';
import { monthYear } from './format.js';
import { axeOf, libelle, theme } from './themes.js';
import { t } from './words.js';

const WAIT_MS = 120;
const EACH = 5;

/** @typedef {{sign: Node, words: *, detail: *, choose: () => void}} Suggestion */

/** The words typed, strong where the suggestion has them at its start or after a space. */
function emphasised(text, typed) {
  const fold = (words) => words.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  const at = fold(text).indexOf(fold(typed.trim()));
  if (!typed.trim() || at < 0 || fold(text).length !== text.length) return [text];
  const end = at + typed.trim().length;
  return [text.slice(0, at), h('mark', {}, text.slice(at, end)), text.slice(end)];
}

/** What stands beside a commune's name. */
function communeDetail({ lon, niveau, initiatives }) {
  if (lon === null || lon === undefined) return t('map.no_position');
  return [arobases(niveau), initiatives ? t('map.n_initiatives', { n: initiatives }) : ''];
}

/** The search box. */
export class Search {
  #actions;
  #form = byId('recherche');
  #input = /** @type {HTMLInputElement} */ (byId('champ'));
  #box = byId('suggestions');
  #clear = byId('effacer');
  #ask = latest();
  /** The options shown, the words they are for, and which of them the arrows are on. */
  #options = [];
  #typed = '';
  #active = -1;

  /**
   * @param {{commune: (commune: Object) => void, theme: (id: string) => void,
   *          initiative: (sheet: Object) => void, words: (typed: string) => void}} actions
   */
  constructor(actions) {
    this.#actions = actions;
    this.#clear.append(icon('close'));
    this.#form.prepend(icon('search'));
    this.#listen();
  }

  #listen() {
    const suggest = debounce(() => this.#suggest(), WAIT_MS);
    const input = this.#input;
    input.addEventListener('input', () => {
      this.#clear.hidden = !input.value;
      if (input.value.trim()) suggest();
      else this.#close();
    });
    input.addEventListener('focus', () => input.value.trim() && suggest());
    input.addEventListener('blur', () => this.#close());
    input.addEventListener('keydown', (event) => this.#onKey(event));
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#clear.addEventListener('click', () => {
      this.#leave('');
      this.#close();
      input.focus();
    });
  }

  #onKey(event) {
    const open = !this.#box.hidden;
    if (event.key === 'Escape') {
      if (!open) this.#leave('');
      this.#close();
    } else if (event.key === 'ArrowDown') {
      if (open) this.#activate(this.#active + 1);
      else this.#suggest();
    } else if (event.key === 'ArrowUp' && open) {
      this.#activate(this.#active < 0 ? -1 : this.#active - 1);
    } else return;
    event.preventDefault();
  }

  /** The option that the arrows are on, or else the first: of the words typed, not of older ones. */
  #submit() {
    const current = !this.#box.hidden && this.#typed === this.#input.value.trim();
    if (current) this.#choose(this.#options[Math.max(0, this.#active)]);
    else this.#suggest();
  }

  async #suggest() {
    const typed = this.#input.value.trim();
    if (!typed) return;
    const answer = await this.#ask('search', { q: typed, limit: EACH }).catch(() => ({}));
    const stillWanted =
      document.activeElement === this.#input && this.#input.value.trim() === typed;
    if (answer && stillWanted) this.#draw(answer, typed);
  }

  #leave(words) {
    this.#input.value = words;
    this.#clear.hidden = !words;
  }

  #close() {
    this.#box.hidden = true;
    this.#active = -1;
    this.#input.setAttribute('aria-expanded', 'false');
    this.#input.removeAttribute('aria-activedescendant');
  }

  #activate(index) {
    this.#options[this.#active]?.node.setAttribute('aria-selected', 'false');
    this.#active = (index + this.#options.length) % this.#options.length;
    const { node } = this.#options[this.#active];
    node.setAttribute('aria-selected', 'true');
    node.scrollIntoView({ block: 'nearest' });
    this.#input.setAttribute('aria-activedescendant', node.id);
  }

  #choose({ choose }) {
    this.#close();
    choose();
  }

  /** @param {Suggestion} suggestion */
  #option({ sign, words, detail, choose }) {
    const node = h(
      'div',
      {
        class: 'option',
        role: 'option',
        id: `s-${this.#options.length}`,
        'aria-selected': 'false',
      },
      h('span', { class: 'option-sign' }, sign),
      h('span', { class: 'option-words' }, words),
      h('span', { class: 'option-detail' }, detail),
    );
    const option = { node, choose };
    node.addEventListener('pointerdown', (event) => event.preventDefault());
    node.addEventListener('click', () => this.#choose(option));
    this.#options.push(option);
    return node;
  }

  /** @param {string} title @param {Suggestion[]} suggestions */
  #group(title, suggestions) {
    if (!suggestions.length) return;
    this.#box.append(
      h(
        'div',
        { role: 'group', 'aria-label': title },
        h('p', { class: 'group-title', 'aria-hidden': 'true' }, title),
        suggestions.map((suggestion) => this.#option(suggestion)),
      ),
    );
  }

  /* ---- What each kind of answer becomes ---- */

  #commune(commune, typed) {
    const choose = () => {
      this.#leave(commune.nom);
      this.#actions.commune(commune);
    };
    const where = h('small', {}, `(${commune.departement})`);
    const words = [...emphasised(commune.nom, typed), ' ', where];
    return { sign: icon('pin'), words, detail: communeDetail(commune), choose };
  }

  #theme({ id, libelle: words }, typed) {
    const choose = () => {
      this.#leave('');
      this.#actions.theme(id);
    };
    const detail = theme(id)?.parent ? libelle(axeOf(id)) : 'axe';
    return { sign: axeMark(axeOf(id)), words: emphasised(words, typed), detail, choose };
  }

  #initiative(sheet, typed) {
    const choose = () => {
      this.#leave('');
      this.#actions.initiative(sheet);
    };
    const detail = `${sheet.commune_nom} · ${monthYear(sheet.date)}`;
    return { sign: icon('calendar'), words: emphasised(sheet.titre, typed), detail, choose };
  }

  #words(typed) {
    const choose = () => {
      this.#leave('');
      this.#actions.words(typed);
    };
    const words = [t('map.all_with_before'), h('b', {}, typed), t('map.all_with_after')];
    return { sign: icon('search'), words, detail: '', choose };
  }

  #draw({ communes = [], themes = [], initiatives = [] }, typed) {
    this.#close();
    this.#options = [];
    this.#typed = typed;
    this.#box.replaceChildren();
    this.#group(
      t('map.s_communes'),
      communes.map((commune) => this.#commune(commune, typed)),
    );
    this.#group(
      t('map.themes'),
      themes.map((found) => this.#theme(found, typed)),
    );
    this.#group(
      t('map.s_initiatives'),
      initiatives.map((sheet) => this.#initiative(sheet, typed)),
    );
    this.#group(t('map.s_words'), [this.#words(typed)]);
    this.#box.hidden = false;
    this.#input.setAttribute('aria-expanded', 'true');
    byId('annonce').textContent = t('map.n_suggestions', { n: this.#options.length });
  }
}
