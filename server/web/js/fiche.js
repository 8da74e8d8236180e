/*
 * The sheet of one initiative: every public field, in the panel.
 */
import { addressOf, ApiError, latest } from './api.js';
import { arobases, axeMark, byId, h, icon } from './dom.js';
import { longDate, shortUrl, typeset } from './format.js';
import { axeOf, libelle, theme } from './themes.js';

/** Fields of prose, in reading order. */
const PROSE = [
  ['actions', 'Les actions'],
  ['synthese', 'En résumé'],
  ['resultats', 'Les résultats'],
  ['outils', 'Les outils'],
  ['prestataires', 'Les prestataires'],
  ['recommandations', 'Les recommandations'],
];
const LINKS = [
  ['liens', 'Liens'],
  ['photos', 'Photos'],
  ['videos', 'Vidéos'],
];

const paragraphs = (text) =>
  text
    .split(/\n\s*\n|\n/)
    .filter((line) => line.trim())
    .map((line) => h('p', {}, typeset(line)));

function section(title, ...content) {
  return h('section', { class: 'fiche-part' }, h('h3', {}, title), ...content);
}

function prose(properties) {
  return PROSE.filter(([name]) => properties[name]?.trim()).map(([name, title]) =>
    section(title, paragraphs(properties[name])),
  );
}

/** Only http and https: the server refuses others, and so does the page. */
const isWebAddress = (url) => /^https?:\/\//i.test(url);

function links(properties) {
  return LINKS.filter(([name]) => properties[name]?.length).map(([name, title]) =>
    section(
      title,
      h(
        'ul',
        { class: 'links' },
        properties[name]
          .filter(isWebAddress)
          .map((url) =>
            h(
              'li',
              {},
              h(
                'a',
                { href: url, rel: 'noopener noreferrer', target: '_blank' },
                shortUrl(url),
                icon('external'),
                h('span', { class: 'sr-only' }, ' (nouvelle fenêtre)'),
              ),
            ),
          ),
      ),
    ),
  );
}

function place({ lieu, position }) {
  const lines = [
    lieu?.nom,
    lieu?.adresse,
    [lieu?.code_postal, lieu?.commune].filter(Boolean).join(' '),
  ].filter(Boolean);
  const approximate =
    position === 'commune' &&
    h('p', { class: 'quiet' }, 'Placée au centre de la commune, faute d’adresse précise.');
  if (!lines.length && !approximate) return null;
  return section(
    'Le lieu',
    lines.length > 0 &&
      h(
        'address',
        {},
        lines.map((line) => h('span', {}, line)),
        lieu.telephone &&
          h(
            'a',
            { href: `tel:${lieu.telephone.replace(/[^+\d]/g, '')}` },
            icon('phone'),
            lieu.telephone,
          ),
      ),
    approximate,
  );
}

function themeButtons(ids, choose) {
  return h(
    'ul',
    { class: 'themes' },
    ids.map((id) =>
      h(
        'li',
        {},
        h(
          'button',
          {
            class: `chip axe-chip axe-${axeOf(id)}`,
            type: 'button',
            onclick: () => choose(id),
            title: 'Filtrer la carte par ce thème',
          },
          axeMark(axeOf(id)),
          h('span', {}, libelle(id)),
        ),
      ),
    ),
  );
}

/** From the axe down: "Vivre ensemble › Qualité de la vie". */
function trail(id) {
  const words = [];
  for (let at = theme(id); at; at = theme(at.parent)) words.unshift(at.libelle);
  return words.slice(0, -1).join(' › ');
}

/**
 * @param {{close: function(), showOnMap: function(Object), choose: function(string)}} actions
 */
export function createFiche(actions) {
  const article = byId('fiche');
  const ask = latest();
  let shown = null;

  function bar() {
    return h(
      'div',
      { class: 'view-bar' },
      h(
        'button',
        { class: 'text-button', type: 'button', id: 'fermer-fiche', onclick: actions.close },
        icon('back'),
        'Retour à la liste',
      ),
    );
  }

  async function copyLink(button) {
    try {
      await navigator.clipboard.writeText(location.href);
      button.lastChild.textContent = 'Lien copié';
    } catch {
      button.lastChild.textContent = 'Copiez l’adresse de cette page';
    }
  }

  function draw(feature) {
    const { properties } = feature;
    const axe = properties.axes?.[0] ?? axeOf(properties.themes[0]);
    const copy = h(
      'button',
      { class: 'button', type: 'button', onclick: () => copyLink(copy) },
      icon('link'),
      h('span', { role: 'status' }, 'Copier le lien'),
    );
    article.replaceChildren(
      bar(),
      h(
        'header',
        { class: `fiche-head axe-${axe}` },
        h(
          'p',
          { class: 'fiche-trail' },
          axeMark(axe),
          h('span', {}, trail(properties.themes[0]) || libelle(axe)),
        ),
        h('h2', { id: 'titre-fiche', tabindex: '-1' }, typeset(properties.titre)),
        properties.sous_titre && h('p', { class: 'lead' }, typeset(properties.sous_titre)),
        h(
          'dl',
          { class: 'facts' },
          h(
            'div',
            {},
            h('dt', {}, icon('pin'), h('span', { class: 'sr-only' }, 'Commune')),
            h('dd', {}, properties.commune_nom, ' ', arobases(properties.niveau)),
          ),
          h(
            'div',
            {},
            h('dt', {}, icon('calendar'), h('span', { class: 'sr-only' }, 'Date')),
            h('dd', {}, h('time', { datetime: properties.date }, longDate(properties.date))),
          ),
        ),
      ),
      h(
        'div',
        { class: 'fiche-actions' },
        feature.geometry &&
          h(
            'button',
            { class: 'button', type: 'button', onclick: () => actions.showOnMap(feature) },
            icon('pin'),
            'Voir sur la carte',
          ),
        copy,
      ),
      h(
        'div',
        { class: 'fiche-body' },
        prose(properties),
        section('Les thèmes', themeButtons(properties.themes, actions.choose)),
        place(properties),
        links(properties),
      ),
      origin(feature),
    );
  }

  function origin({ id, properties }) {
    const synthetic = properties.source === 'synthetique';
    return h(
      'footer',
      { class: 'fiche-foot quiet' },
      synthetic &&
        h(
          'p',
          { class: 'synthetic' },
          icon('info'),
          'Fiche synthétique, pour la démonstration : elle ne décrit aucune action réelle.',
        ),
      h(
        'p',
        {},
        `Fiche n° ${id}`,
        properties.source && !synthetic && ` · source : ${properties.source}`,
        properties.updated_at &&
          ` · mise à jour le ${longDate(properties.updated_at.slice(0, 10))}`,
        ' · ',
        h('a', { href: addressOf(`collections/initiatives/items/${id}`) }, 'GeoJSON'),
      ),
    );
  }

  function drawFailure(error, id, retry) {
    const gone = error instanceof ApiError && error.status === 404;
    article.replaceChildren(
      bar(),
      h(
        'div',
        { class: 'card empty' },
        icon('info'),
        h(
          'h2',
          { id: 'titre-fiche', tabindex: '-1' },
          gone ? 'Cette fiche n’existe pas' : 'La fiche n’a pas pu être lue',
        ),
        h(
          'p',
          { class: 'quiet' },
          gone ? `Aucune initiative ne porte le numéro ${id}.` : 'Le serveur ne répond pas.',
        ),
        !gone && h('button', { class: 'button', type: 'button', onclick: retry }, 'Réessayer'),
      ),
    );
  }

  /** Reads and shows a sheet; resolves to its feature, or null where it is not shown. */
  async function show(id) {
    article.setAttribute('aria-busy', 'true');
    try {
      const feature = await ask(`collections/initiatives/items/${id}`);
      if (!feature) return null;
      shown = feature;
      draw(feature);
      return feature;
    } catch (error) {
      shown = null;
      drawFailure(error, id, () => show(id));
      return null;
    } finally {
      article.removeAttribute('aria-busy');
      article.querySelector('#titre-fiche')?.focus({ preventScroll: true });
      article.closest('.panel').scrollTop = 0;
    }
  }

  return { show, shown: () => shown };
}
