/*
 * Shortcuts to metropolitan France and the overseas territories, each with its silhouette and
 * its number of initiatives under the filters; small ones only where there is something to see.
 */
import { get } from './api.js';
import { button, byId, h, silhouette } from './dom.js';
import { number } from './format.js';
import { filterParams } from './themes.js';
import { t } from './words.js';

const FILE = new URL('../data/territoires.json', import.meta.url).href;
/** Always offered: metropolitan France and the overseas départements. */
const ALWAYS = new Set(['metro', '971', '972', '973', '974', '976']);

const namedCount = (name, count) =>
  t('map.named_count', { name, count: t('map.n_initiatives', { n: count }) });

/**
 * @param {(bounds: number[][]) => void} go  called with [[west, south], [east, north]]
 */
export async function createTerritories(go) {
  const nav = byId('territoires');
  const response = await fetch(FILE);
  const { size, territoires } = await response.json();

  const buttons = new Map(
    territoires.map(({ code, nom, bounds, path }) => [
      code,
      button(
        {
          class: 'territory',
          hidden: !ALWAYS.has(code),
          onclick: () => go(bounds),
          dataset: { code, nom },
        },
        silhouette(path, size),
        h('span', { class: 'territory-name' }, nom),
        h('span', { class: 'territory-count' }),
      ),
    ]),
  );
  nav.replaceChildren(...buttons.values());

  return {
    /** Counts under the filters of a state. */
    async count(state) {
      const { counts, total } = await get('counts', { by: 'departement', ...filterParams(state) });
      const byCode = new Map(counts.map(({ key, count }) => [key, count]));
      const overseas = counts
        .filter(({ key }) => /^9[78]/.test(key ?? ''))
        .reduce((sum, { count }) => sum + count, 0);
      byCode.set('metro', total - overseas);
      for (const [code, shortcut] of buttons) {
        const count = byCode.get(code) ?? 0;
        shortcut.hidden = !count && !ALWAYS.has(code);
        shortcut.lastChild.textContent = number(count);
        shortcut.setAttribute(
          'aria-label',
          namedCount(shortcut.dataset.nom, count),
        );
        shortcut.title = namedCount(shortcut.dataset.nom, count);
      }
    },
  };
}
