/*
 * The list beside the map: what lies in the view, or in one stack, page by page. It is the map's
 * text: the same question to the server, in words.
 */
import { get, latest, nextPage } from './api.js';
import { axeMark, byId, h, icon } from './dom.js';
import { counted, monthYear, number, typeset } from './format.js';
import { axeOf, filterParams, libelle } from './themes.js';
import { bboxText } from './viewport.js';

const PAGE = 20;
const PATH = 'collections/initiatives/items';

/** The marks of a sheet's axes, named for those who do not see them. */
export function axeMarks(axes) {
  return h(
    'span',
    { class: 'marks', role: 'img', 'aria-label': axes.map(libelle).join(', ') },
    axes.map(axeMark),
  );
}

function skeleton() {
  return h('li', { class: 'row skeleton', 'aria-hidden': 'true' }, h('span', {}), h('span', {}));
}

/**
 * @param {{open: function(number), hover: function(Object|null), leaveStack: function(), retry: function()}} actions
 */
export function createList(actions) {
  const [total, precision, list, foot, announcement] = [
    'total',
    'precision',
    'liste',
    'suite',
    'annonce',
  ].map(byId);
  const ask = latest();
  let listed = [];
  let matched = 0;
  let listedAnswer = null;
  /** Id of the sheet whose row the keyboard is to be put on when it comes. */
  let awaited = null;

  function row(feature) {
    const { titre, commune_nom: commune, date, axes, themes } = feature.properties;
    return h(
      'li',
      {},
      h(
        'button',
        {
          class: 'row',
          type: 'button',
          dataset: { id: feature.id },
          onclick: () => actions.open(feature.id),
          onmouseenter: () => actions.hover(feature),
          onmouseleave: () => actions.hover(null),
          onfocus: () => actions.hover(feature),
          onblur: () => actions.hover(null),
        },
        axeMarks(axes ?? [...new Set(themes.map(axeOf))]),
        h('span', { class: 'row-title' }, typeset(titre)),
        h('span', { class: 'row-where' }, h('strong', {}, commune), ' · ', monthYear(date)),
      ),
    );
  }

  function append(features) {
    listed.push(...features);
    list.append(...features.map(row));
  }

  function drawFoot(answer) {
    const next = nextPage(answer);
    foot.replaceChildren();
    if (!next) return;
    const left = matched - listed.length;
    const more = h(
      'button',
      { class: 'button wide', type: 'button', onclick: () => showMore(next, more) },
      'Afficher plus',
    );
    foot.append(
      more,
      h(
        'p',
        { class: 'quiet' },
        `${number(listed.length)} affichées sur ${number(matched)}, encore ${number(left)}`,
      ),
    );
  }

  async function showMore(params, button) {
    button.disabled = true;
    try {
      const answer = await get(PATH, params);
      const first = listed.length;
      append(answer.features);
      drawFoot(answer);
      list.children[first]?.querySelector('button')?.focus();
      announcement.textContent = `${number(listed.length)} initiatives affichées sur ${number(matched)}`;
    } catch {
      button.disabled = false;
      button.textContent = 'Réessayer';
    }
  }

  function drawEmpty(filtered) {
    list.append(
      h(
        'li',
        { class: 'card empty' },
        icon('pin'),
        h('p', {}, h('strong', {}, 'Rien ici pour l’instant.')),
        h(
          'p',
          { class: 'quiet' },
          filtered
            ? 'Aucune initiative ne répond à ces filtres dans cette vue : élargissez la carte ou retirez un filtre.'
            : 'Aucune initiative dans cette vue : éloignez-vous ou choisissez un territoire.',
        ),
      ),
    );
  }

  function heading(state) {
    if (state.pile) {
      precision.replaceChildren(
        h(
          'button',
          { class: 'text-button', type: 'button', onclick: actions.leaveStack },
          icon('back'),
          'Toute la vue',
        ),
      );
      return `${counted(matched, 'initiative')} au même endroit`;
    }
    precision.textContent = '';
    return `${counted(matched, 'initiative')} dans cette vue`;
  }

  /** Shows an answer; the same one again (answers are kept) leaves the list as it stands. */
  function show(answer, state, filtered) {
    list.removeAttribute('aria-busy');
    if (answer === listedAnswer) return;
    const focused = document.activeElement?.closest('#liste [data-id]')?.dataset.id;
    listedAnswer = answer;
    matched = answer.numberMatched;
    listed = [];
    list.replaceChildren();
    const words = heading(state);
    if (total.textContent !== words) announcement.textContent = words;
    total.textContent = words;
    append(answer.features);
    drawFoot(answer);
    if (!matched) drawEmpty(filtered);
    list.closest('.panel').scrollTop = 0;
    const waiting = document.activeElement === byId('resultats') ? awaited : null;
    if (focused ?? waiting) focus(focused ?? waiting);
  }

  /** Puts the keyboard on a sheet's row; until that is listed, on the heading. */
  function focus(id) {
    const target = list.querySelector(`[data-id="${id}"]`);
    awaited = target ? null : id;
    (target ?? byId('resultats')).focus();
  }

  list.replaceChildren(...Array.from({ length: 8 }, skeleton));

  return {
    /** Lists what is in a box, or in the state's stack; resolves when it is shown or overtaken. */
    async load(box, state, filtered) {
      list.setAttribute('aria-busy', 'true');
      const [lon, lat] = state.pile.split(',').map(Number);
      const bbox = state.pile ? `${lon},${lat},${lon},${lat}` : bboxText(box);
      const answer = await ask(PATH, {
        bbox,
        limit: PAGE,
        profile: 'compact',
        ...filterParams(state),
      });
      if (answer) show(answer, state, filtered);
    },

    /** Says that the server did not answer. */
    fail(message) {
      listed = [];
      listedAnswer = null;
      foot.replaceChildren();
      total.textContent = 'Données indisponibles';
      announcement.textContent = message;
      list.removeAttribute('aria-busy');
      list.replaceChildren(
        h(
          'li',
          { class: 'card empty' },
          icon('info'),
          h('p', {}, h('strong', {}, message)),
          h('button', { class: 'button', type: 'button', onclick: actions.retry }, 'Réessayer'),
        ),
      );
    },

    focus,
  };
}
