/*
 * What is shown, taken along: its address, and its initiatives as files and as a feed.
 */
import { addressOf } from './api.js';
import { button, byId, h, icon } from './dom.js';
import { getState } from './state.js';
import { filterParams } from './themes.js';
import { bboxText } from './viewport.js';
import { t } from './words.js';

const ITEMS = 'collections/initiatives/items';
/** As many features as one answer of GeoJSON may have (config.json: items_max). */
const GEOJSON_MAX = 10000;

/** @param {HTMLElement} status  says how it went */
async function share(status) {
  try {
    if (navigator.share) {
      await navigator.share({ title: document.title, url: location.href });
      return;
    }
    await navigator.clipboard.writeText(location.href);
    status.textContent = t('map.copied');
  } catch (error) {
    if (/** @type {Error} */ (error).name === 'AbortError') return;
    status.textContent = t('map.copy_yourself');
  }
  byId('annonce').textContent = status.textContent;
}

/** A button that shares the page's address. */
export function shareButton() {
  const words = h('span', {}, t('map.share'));
  return button(
    { class: 'button', dataset: { outil: 'partager' }, onclick: () => share(words) },
    icon('link'),
    words,
  );
}

/** @param {string} format @param {string} words @param {string} href */
const fileLink = (format, words, href) =>
  h('li', {}, h('a', { href, download: '', dataset: { format } }, words));

/** The buttons above the list. */
export class Tools {
  #files = h('ul', { class: 'files' });
  #count = h('p', { class: 'quiet' });

  constructor() {
    byId('outils').replaceChildren(
      shareButton(),
      h(
        'details',
        { class: 'downloads' },
        h('summary', { class: 'button' }, icon('download'), t('map.download')),
        h('div', { class: 'downloads-box' }, this.#count, this.#files),
      ),
    );
  }

  /** Offers what the list holds. @param {Box} box @param {number} matched */
  update(box, matched) {
    const state = getState();
    const bbox = state.pile ? `${state.pile},${state.pile}` : bboxText(box);
    const params = { bbox, ...filterParams(state) };
    /** @param {Params} more */
    const items = (more) => addressOf(ITEMS, { ...params, ...more });
    const geojson =
      matched > GEOJSON_MAX ? { f: 'geojsonl', limit: 'all' } : { f: 'geojson', limit: GEOJSON_MAX };
    this.#count.textContent = t('map.download_count', { n: matched });
    this.#files.replaceChildren(
      fileLink('csv', t('map.csv'), items({ f: 'csv', limit: 'all' })),
      fileLink(
        'geojson',
        matched > GEOJSON_MAX ? t('map.geojsonl') : t('map.geojson'),
        items(geojson),
      ),
      fileLink('gpkg', t('map.gpkg'), items({ f: 'gpkg', limit: 'all' })),
      h('li', {}, h('a', { href: addressOf('feed.atom', params) }, t('map.atom'))),
    );
  }
}
