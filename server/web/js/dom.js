/*
 * Elements made from script, without markup in strings: text from the server is always text.
 */
import { t } from './words.js';

const SVG = 'http://www.w3.org/2000/svg';

/** Line icons on a grid of 24, by name. */
const ICONS = {
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.3 15.3 20 20',
  close: 'M6 6l12 12M18 6 6 18',
  back: 'M14.5 5.5 8 12l6.5 6.5',
  next: 'M9.5 5.5 16 12l-6.5 6.5',
  filters: 'M4 7h9m4 0h3M4 17h3m4 0h9M15 4.8v4.4M9 14.8v4.4',
  pin: 'M12 21s-6.5-5.7-6.5-11a6.5 6.5 0 1 1 13 0c0 5.3-6.5 11-6.5 11M12 12.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6',
  calendar: 'M5 6.5h14v13H5zM5 10.5h14M9 4v4M15 4v4',
  link: 'M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1',
  external: 'M13 5h6v6M19 5l-8.5 8.5M10 6H5v13h13v-5',
  phone:
    'M6 4.5h3l1.5 4-2 1.5a11 11 0 0 0 5.5 5.5l1.5-2 4 1.5v3c0 .8-.7 1.5-1.5 1.5A14.5 14.5 0 0 1 4.5 6c0-.8.7-1.5 1.5-1.5',
  stack: 'M12 4 3.5 8.5 12 13l8.5-4.5zM3.5 12.5 12 17l8.5-4.5M3.5 16.5 12 21l8.5-4.5',
  info: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 11v5.5M12 7.6v.4',
  area: 'M3.5 7 9 4.5l6 2.5 5.5-2.5V17L15 19.5 9 17l-5.5 2.5zM9 4.5V17M15 7v12.5',
  theme: 'M4 4h7l9 9-7 7-9-9zM8 8h.01',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  download: 'M12 4v10.5M7.5 10.5 12 15l4.5-4.5M5 19.5h14',
  locate: 'M12 7.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M12 3v4.5M12 16.5V21M3 12h4.5M16.5 12H21',
};

/** The mark of each axe, by id: colour is never the only sign. Filled, on a grid of 16. */
const SHAPES = {
  1: 'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13',
  2: 'M3.8 2h8.4A1.8 1.8 0 0 1 14 3.8v8.4a1.8 1.8 0 0 1-1.8 1.8H3.8A1.8 1.8 0 0 1 2 12.2V3.8A1.8 1.8 0 0 1 3.8 2',
  3: 'M6.6 2.3a1.6 1.6 0 0 1 2.8 0l5.7 9.8a1.6 1.6 0 0 1-1.4 2.4H2.3a1.6 1.6 0 0 1-1.4-2.4z',
  4: 'M6.9 1a1.550 1.550 0 0 1 2.2 0l5.9 5.9a1.550 1.550 0 0 1 0 2.2l-5.9 5.9a1.550 1.550 0 0 1-2.2 0L1 9.1a1.550 1.550 0 0 1 0-2.2z',
};

function append(node, children) {
  for (const child of children.flat(Infinity))
    if (child !== null && child !== undefined && child !== false) node.append(child);
}

/**
 * An HTML element.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Object<string, *>} [props]  `class`, `on…` listeners, `dataset`, else attributes; null,
 *                                     undefined and false leave one out, true sets it empty
 * @param {...*} children              nodes, texts, or lists of them; null and false are left out
 * @return {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'dataset') Object.assign(node.dataset, value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  append(node, children);
  return node;
}

/** A button that submits nothing. */
export const button = (props, ...children) =>
  h('button', { type: 'button', ...props }, ...children);

function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  append(node, children);
  return node;
}

/** A line icon, hidden from readers of the screen: the text beside it says the same. */
export function icon(name) {
  return svg(
    'svg',
    { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true' },
    svg('path', { d: ICONS[name] }),
  );
}

/** The mark of an axe, in its colour. */
export function axeMark(id) {
  return svg(
    'svg',
    { class: `axe-mark axe-${id}`, viewBox: '0 0 16 16', 'aria-hidden': 'true' },
    svg('path', { d: SHAPES[id] ?? SHAPES[1] }),
  );
}

/** A silhouette: a filled path in a square of `size` units. */
export function silhouette(d, size) {
  return svg(
    'svg',
    { class: 'silhouette', viewBox: `0 0 ${size} ${size}`, 'aria-hidden': 'true' },
    svg('path', { d }),
  );
}

/** The path of an axe's mark, for drawing on a canvas. */
export const axeShape = (id) => SHAPES[id] ?? SHAPES[1];

/** A label's level: five arobases, the reached ones strong. */
export function arobases(niveau) {
  if (!niveau) return null;
  return h(
    'span',
    {
      class: 'arobases',
      role: 'img',
      'aria-label': t('map.level_of', { n: niveau }),
    },
    h('span', { class: 'reached', 'aria-hidden': 'true' }, '@'.repeat(niveau)),
    h('span', { class: 'missed', 'aria-hidden': 'true' }, '@'.repeat(5 - niveau)),
  );
}

/** The element of an id that the page is known to have. @param {string} id @return {HTMLElement} */
export function byId(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`the page has no element '${id}'`);
  return node;
}

/** What matches and holds the keyboard. @param {string} selector @return {HTMLElement|null} */
export const within = (selector) => document.activeElement?.closest(selector) ?? null;

/** The first that matches, within a node. @param {Element} node @param {string} selector
 * @return {HTMLElement|null} */
export const firstOf = (node, selector) => node.querySelector(selector);

/** Runs `work` once calls have stopped for `wait_ms`. */
export function debounce(work, wait_ms) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...given), wait_ms);
  };
}

export const prefersStillness = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
