/*
 * Shortcuts to metropolitan France and the overseas territories, each with its silhouette and
 * its number of initiatives under the filters; small ones only where there is something to see.
 */
import { get } from './api.js';
import { byId, h, silhouette } from './dom.js';
import { counted, number } from './format.js';
import { filterParams } from './themes.js';

const FILE = new URL('../data/territoires.json', import.meta.url).href;
/** Always offered: metropolitan France and the overseas départements. */
const ALWAYS = new Set(['metro', '971', '972', '973', '974', '976']);

/**
 * @param {function(number[][])} go  called with [[west, south], [east, north]]
 */
export async function createTerritories(go) {
  const nav = byId('territoires');
  const response = await fetch(FILE);
  const { size, territoires } = await response.json();

  const buttons = new Map(
    territoires.map(({ code, nom, bounds, path }) => [
      code,
      h(
        'button',
        {
          type: 'button',
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
      for (const [code, button] of buttons) {
        const count = byCode.get(code) ?? 0;
        button.hidden = !count && !ALWAYS.has(code);
        button.lastChild.textContent = number(count);
        button.setAttribute(
          'aria-label',
          `${button.dataset.nom} : ${counted(count, 'initiative')}`,
        );
        button.title = `${button.dataset.nom} : ${counted(count, 'initiative')}`;
      }
    },
  };
}
