/*
 * The search box: suggestions as one types (communes, themes, initiatives), chosen with the
 * pointer or the keyboard. It is an ARIA combobox with a list box.
 */
import { latest } from './api.js';
import { arobases, axeMark, byId, debounce, h, icon } from './dom.js';
import { counted, monthYear } from './format.js';
import { axeOf, libelle, theme } from './themes.js';

const WAIT_MS = 120;
const EACH = 5;

/** The words typed, strong where the suggestion has them at its start or after a space. */
function emphasised(text, typed) {
  const fold = (words) => words.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  const at = fold(text).indexOf(fold(typed.trim()));
  if (!typed.trim() || at < 0 || fold(text).length !== text.length) return [text];
  const end = at + typed.trim().length;
  return [text.slice(0, at), h('mark', {}, text.slice(at, end)), text.slice(end)];
}

/**
 * @param {{commune: function(Object), theme: function(string), initiative: function(Object), words: function(string)}} actions
 */
export function createSearch(actions) {
  const [form, input, box, clear] = ['recherche', 'mots', 'suggestions', 'effacer'].map(byId);
  const ask = latest();
  /** @type {{node: HTMLElement, choose: function()}[]} */
  let options = [];
  let active = -1;

  clear.append(icon('close'));
  form.prepend(icon('search'));

  function close() {
    box.hidden = true;
    active = -1;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  }

  function activate(index) {
    options[active]?.node.setAttribute('aria-selected', 'false');
    active = (index + options.length) % options.length;
    const { node } = options[active];
    node.setAttribute('aria-selected', 'true');
    node.scrollIntoView({ block: 'nearest' });
    input.setAttribute('aria-activedescendant', node.id);
  }

  function choose(option) {
    close();
    option.choose();
  }

  function option(group, sign, words, detail, act) {
    const node = h(
      'div',
      { class: 'option', role: 'option', id: `s-${options.length}`, 'aria-selected': 'false' },
      h('span', { class: 'option-sign' }, sign),
      h('span', { class: 'option-words' }, words),
      h('span', { class: 'option-detail' }, detail),
    );
    const made = { node, choose: act };
    node.addEventListener('pointerdown', (event) => event.preventDefault());
    node.addEventListener('click', () => choose(made));
    options.push(made);
    group.append(node);
  }

  function group(title, list, draw) {
    if (!list?.length) return;
    const node = h(
      'div',
      { role: 'group', 'aria-label': title },
      h('p', { class: 'group-title', 'aria-hidden': 'true' }, title),
    );
    for (const item of list) draw(node, item);
    box.append(node);
  }

  function leave(words) {
    input.value = words;
    clear.hidden = !words;
  }

  function draw(answer, typed) {
    options = [];
    active = -1;
    input.removeAttribute('aria-activedescendant');
    box.replaceChildren();
    group('Communes', answer.communes, (node, commune) =>
      option(
        node,
        icon('pin'),
        [...emphasised(commune.nom, typed), ' ', h('small', {}, `(${commune.departement})`)],
        commune.lon === null || commune.lon === undefined
          ? 'position inconnue'
          : [
              arobases(commune.niveau),
              commune.initiatives ? counted(commune.initiatives, 'initiative') : '',
            ],
        () => {
          leave(commune.nom);
          actions.commune(commune);
        },
      ),
    );
    group('Thèmes', answer.themes, (node, { id, libelle: words }) =>
      option(
        node,
        axeMark(axeOf(id)),
        emphasised(words, typed),
        theme(id)?.parent ? libelle(axeOf(id)) : 'axe',
        () => {
          leave('');
          actions.theme(id);
        },
      ),
    );
    group('Initiatives', answer.initiatives, (node, sheet) =>
      option(
        node,
        icon('calendar'),
        emphasised(sheet.titre, typed),
        `${sheet.commune_nom} · ${monthYear(sheet.date)}`,
        () => {
          leave('');
          actions.initiative(sheet);
        },
      ),
    );
    group('Texte', [typed], (node, words) =>
      option(
        node,
        icon('search'),
        ['Toutes les fiches avec « ', h('b', {}, words), ' »'],
        '',
        () => {
          leave('');
          actions.words(words);
        },
      ),
    );
    box.hidden = false;
    input.setAttribute('aria-expanded', 'true');
    byId('annonce').textContent = counted(options.length, 'suggestion');
  }

  const suggest = debounce(async () => {
    const typed = input.value.trim();
    if (!typed) return;
    try {
      const answer = await ask('search', { q: typed, limit: EACH });
      if (answer && document.activeElement === input && input.value.trim() === typed)
        draw(answer, typed);
    } catch {
      draw({}, typed);
    }
  }, WAIT_MS);

  input.addEventListener('input', () => {
    clear.hidden = !input.value;
    if (input.value.trim()) suggest();
    else close();
  });
  input.addEventListener('focus', () => {
    if (input.value.trim()) suggest();
  });
  input.addEventListener('blur', close);
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      if (box.hidden) leave('');
      close();
    } else if (!box.hidden && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      activate(event.key === 'ArrowDown' ? active + 1 : active < 0 ? -1 : active - 1);
    } else if (event.key === 'ArrowDown') suggest();
    else return;
    event.preventDefault();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const typed = input.value.trim();
    if (active >= 0 && !box.hidden) choose(options[active]);
    else if (!box.hidden && options.length) choose(options[0]);
    else if (typed) suggest();
  });
  clear.addEventListener('click', () => {
    leave('');
    close();
    input.focus();
  });
}
