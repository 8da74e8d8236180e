/*
 * On a narrow screen the panel is a sheet over the map's foot, with three heights: a glimpse,
 * half, and whole. The handle is dragged, or pressed to go to the next height.
 */
import { byId } from './dom.js';
import { NARROW } from './edges.js';
import { t } from './words.js';

const HEIGHTS = ['bas', 'mi', 'haut'];
/** Below this, a press and not a drag. */
const LEAST_DRAG_PX = 6;

/**
 * @param {(pixels: number) => void} covered  called with the pixels of the map's foot that the sheet covers
 */
export function createSheet(covered) {
  const [panel, handle] = ['panneau', 'poignee'].map(byId);
  let height = 'bas';

  function set(next) {
    height = next;
    panel.dataset.hauteur = next;
    panel.style.removeProperty('--drag');
    handle.setAttribute('aria-expanded', String(next !== 'bas'));
    handle.firstElementChild.textContent =
      next === 'haut' ? t('map.reduce') : t('map.enlarge');
    covered(hidden());
  }

  /** Pixels of the map's foot under the sheet; what is whole is taken for half. */
  const hidden = () => (NARROW.matches ? pixelsOf(height === 'haut' ? 'mi' : height) : 0);

  function pixelsOf(name) {
    const style = getComputedStyle(panel);
    const value = style.getPropertyValue(`--sheet-${name}`).trim();
    return value.endsWith('%') || value.endsWith('vh')
      ? (parseFloat(value) / 100) * innerHeight
      : parseFloat(value);
  }

  function nearest(pixels) {
    const far = (name) => Math.abs(pixelsOf(name) - pixels);
    return HEIGHTS.reduce((best, name) => (far(name) < far(best) ? name : best));
  }

  function drag(start) {
    const from = panel.getBoundingClientRect().height;
    let moved = 0;
    handle.setPointerCapture(start.pointerId);
    const move = (event) => {
      moved = start.clientY - event.clientY;
      panel.style.setProperty('--drag', `${Math.max(60, from + moved)}px`);
    };
    const end = () => {
      handle.removeEventListener('pointermove', move);
      handle.removeEventListener('pointerup', end);
      handle.removeEventListener('pointercancel', end);
      if (Math.abs(moved) < LEAST_DRAG_PX) return panel.style.removeProperty('--drag');
      handle.dataset.dragged = 'oui';
      return set(nearest(from + moved));
    };
    handle.addEventListener('pointermove', move);
    handle.addEventListener('pointerup', end);
    handle.addEventListener('pointercancel', end);
  }

  handle.addEventListener('pointerdown', drag);
  handle.addEventListener('click', () => {
    if (handle.dataset.dragged) delete handle.dataset.dragged;
    else set(HEIGHTS[(HEIGHTS.indexOf(height) + 1) % HEIGHTS.length]);
  });
  NARROW.addEventListener('change', () => set(height));
  set('bas');

  return {
    /** At least half open: something in it was asked for. */
    raise: () => {
      if (height === 'bas') set('mi');
    },
    lower: () => set('bas'),
    covered: hidden,
  };
}
