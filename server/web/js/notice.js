/*
 * A word over the map, with a way to go on.
 */
import { button, byId, h, icon } from './dom.js';
import { t } from './words.js';

/** Takes the word away. */
export function hushNotice() {
  byId('panne').hidden = true;
}

/**
 * @param {string} words
 * @param {{words: string, run: () => void}|null} [action]  a button beside it
 * @param {boolean} [closable]                              whether it can be put away
 */
export function showNotice(words, action = null, closable = !action) {
  const notice = byId('panne');
  notice.hidden = false;
  notice.replaceChildren(
    icon('info'),
    h('p', {}, words),
    action ? button({ class: 'button', onclick: action.run }, action.words) : '',
    closable
      ? button(
          { class: 'icon-button', 'aria-label': t('map.close'), onclick: hushNotice },
          icon('close'),
        )
      : '',
  );
}
