/*
 * The sheet of one initiative: every public field, in the panel.
 */
import { addressOf, ApiError, latest } from './api.js';
import { arobases, axeMark, button, byId, firstOf, h, icon } from './dom.js';
import { longDate, shortUrl, typeset } from './format.js';
import { shareButton } from './share.js';
import { axeOf, libelle, theme } from './themes.js';
import { t } from './words.js';

/** Fields of prose, in reading order. */
const PROSE = [
  ['actions', t('map.f_actions')],
  ['synthese', t('map.f_synthese')],
  ['resultats', t('map.f_resultats')],
  ['outils', t('map.f_outils')],
  ['prestataires', t('map.f_prestataires')],
  ['recommandations', t('map.f_recommandations')],
];
const LINKS = [
  ['liens', t('map.f_liens')],
  ['photos', t('map.f_photos')],
  ['videos', t('map.f_videos')],
];

const paragraphs = (text) =>
  text
    .split(/\n\s*\n|\n/)
    .filter((line) => line.trim())
    .map((line) => h('p', { lang: 'fr' }, typeset(line)));

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
                h('span', { class: 'sr-only' }, ` ${t('map.new_window')}`),
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
    h('p', { class: 'quiet' }, t('map.approximate'));
  if (!lines.length && !approximate) return null;
  return section(
    t('map.place'),
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
        button(
          {
            class: `chip axe-chip axe-${axeOf(id)}`,
            onclick: () => choose(id),
            title: t('map.filter_theme'),
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

function fact(name, words, ...content) {
  return h(
    'div',
    {},
    h('dt', {}, icon(name), h('span', { class: 'sr-only' }, words)),
    h('dd', {}, ...content),
  );
}

function header({ axes, themes, titre, sous_titre: subtitle, commune_nom: commune, niveau, date }) {
  const axe = axes?.[0] ?? axeOf(themes[0]);
  return h(
    'header',
    { class: `fiche-head axe-${axe}` },
    h('p', { class: 'fiche-trail' }, axeMark(axe), h('span', {}, trail(themes[0]) || libelle(axe))),
    h('h2', { id: 'titre-fiche', tabindex: '-1', lang: 'fr' }, typeset(titre)),
    subtitle && h('p', { class: 'lead', lang: 'fr' }, typeset(subtitle)),
    h(
      'dl',
      { class: 'facts' },
      fact('pin', t('map.commune'), commune, ' ', arobases(niveau)),
      fact('calendar', t('map.date'), h('time', { datetime: date }, longDate(date))),
    ),
  );
}

/** Where the sheet comes from, and that it is invented where it is. */
function origin({ id, properties }) {
  const { source, updated_at: updated } = properties;
  const synthetic = source === 'synthetique';
  const warning = t('map.synthetic_sheet');
  return h(
    'footer',
    { class: 'fiche-foot quiet' },
    synthetic && h('p', { class: 'synthetic' }, icon('info'), warning),
    h(
      'p',
      {},
      t('map.sheet_number', { id }),
      source && !synthetic && ` · ${t('map.sheet_source', { source })}`,
      updated && ` · ${t('map.sheet_updated', { date: updated })}`,
      ' · ',
      h('a', { href: addressOf(`initiatives/${id}`) }, t('map.sheet_page')),
      ' · ',
      h('a', { href: addressOf(`collections/initiatives/items/${id}`) }, 'GeoJSON'),
    ),
  );
}

/** The sheet in the panel. */
export class Fiche {
  #actions;
  #article = byId('fiche');
  #ask = latest();
  #shown = null;

  /**
   * @param {{close: () => void, showOnMap: (feature: Object) => void, choose: (id: string) => void}} actions
   */
  constructor(actions) {
    this.#actions = actions;
  }

  #bar() {
    const { close } = this.#actions;
    return h(
      'div',
      { class: 'view-bar' },
      button(
        { class: 'text-button', id: 'fermer-fiche', onclick: close },
        icon('back'),
        t('map.back_to_list'),
      ),
    );
  }

  #draw(feature) {
    const { properties, geometry } = feature;
    const { showOnMap, choose } = this.#actions;
    this.#article.replaceChildren(
      this.#bar(),
      header(properties),
      h(
        'div',
        { class: 'fiche-actions' },
        geometry &&
          button(
            { class: 'button', onclick: () => showOnMap(feature) },
            icon('pin'),
            t('map.see_map'),
          ),
        shareButton(),
      ),
      h(
        'div',
        { class: 'fiche-body' },
        prose(properties),
        section(t('map.sheet_themes'), themeButtons(properties.themes, choose)),
        place(properties),
        links(properties),
      ),
      origin(feature),
    );
  }

  #drawFailure(error, id) {
    const gone = error instanceof ApiError && error.status === 404;
    const title = gone ? t('map.sheet_gone') : t('map.sheet_failed');
    const reason = gone
      ? t('map.no_sheet', { id })
      : t('map.no_server');
    this.#article.replaceChildren(
      this.#bar(),
      h(
        'div',
        { class: 'card empty' },
        icon('info'),
        h('h2', { id: 'titre-fiche', tabindex: '-1' }, title),
        h('p', { class: 'quiet' }, reason),
        !gone && button({ class: 'button', onclick: () => this.show(id) }, t('map.retry')),
      ),
    );
  }

  /** Reads and shows a sheet; resolves to its feature, or null where it is not shown. */
  async show(id) {
    this.#article.setAttribute('aria-busy', 'true');
    try {
      const feature = await this.#ask(`collections/initiatives/items/${id}`);
      if (!feature) return null;
      this.#shown = feature;
      this.#draw(feature);
    } catch (error) {
      this.#shown = null;
      this.#drawFailure(error, id);
    }
    this.#article.removeAttribute('aria-busy');
    firstOf(this.#article, '#titre-fiche')?.focus({ preventScroll: true });
    this.#article.closest('.panel').scrollTop = 0;
    return this.#shown;
  }

  /** The feature of the sheet shown last. */
  get shown() {
    return this.#shown;
  }
}
