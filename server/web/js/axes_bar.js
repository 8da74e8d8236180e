/*
 * The axes over the map: legend and filter in one.
 */
import { axeMark, button, byId, h } from './dom.js';
import { getState, setState } from './state.js';
import { axes, isCovered, toggleTheme } from './themes.js';

/** Draws the axes anew; the keyboard stays where it was. @param {string[]} themes  that are chosen */
export function drawAxes(themes) {
  const place = byId('axes');
  const active = document.activeElement;
  const focused = active instanceof HTMLElement && place.contains(active) ? active.dataset.axe : '';
  place.replaceChildren(
    ...axes().map(({ id, libelle }) =>
      button(
        {
          class: `axe-button axe-${id}`,
          dataset: { axe: id },
          'aria-pressed': String(isCovered(themes, id)),
          onclick: () => setState({ themes: toggleTheme(getState().themes, id), pile: '' }),
        },
        axeMark(id),
        h('span', {}, libelle),
      ),
    ),
  );
  if (focused)
    /** @type {HTMLElement|null} */ (place.querySelector(`[data-axe="${focused}"]`))?.focus();
}
