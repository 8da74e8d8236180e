/*
 * The page's beginning: what it stands on is asked for, then the list shown, then the map drawn.
 */
import { ApiError, get } from './api.js';
import { byId } from './dom.js';
import { GLIMPSE_PX, NARROW } from './edges.js';
import { createMap, loadMapLibrary } from './map_library.js';
import { hushNotice, showNotice } from './notice.js';
import { readPosition } from './state.js';
import { StillMap } from './still.js';
import { showSummary } from './summary.js';
import { loadThemes } from './themes.js';
import { Page } from './page.js';
import { t } from './words.js';

/** @type {Bounds} */
const METROPOLE = [
  [-5.2, 41.3],
  [9.7, 51.2],
];

/** The page needs the taxonomy and the figures; the list, which most comes for, no more. The map
 * is drawn when that stands: its library is heavy. */
async function start() {
  const [config, summary] = await Promise.all([get('config.json'), get('summary'), loadThemes()]);
  hushNotice();
  showSummary(summary);
  const covered = NARROW.matches ? GLIMPSE_PX : 0;
  const still = new StillMap(readPosition(), METROPOLE, covered);
  const page = new Page(still, summary);
  const library = loadMapLibrary();
  library.catch(() => {});
  await page.begin();
  await drawMap(page, still, config.basemap_style ?? null, Promise.all([library, fonts(), painted()]));
}

/** @param {Page} page @param {StillMap} still @param {string|null} basemap
 * @param {Promise<unknown>} ready */
async function drawMap(page, still, basemap, ready) {
  try {
    await ready;
  } catch {
    const run = () => drawMap(page, still, basemap, loadMapLibrary());
    showNotice(t('map.no_library'), { words: t('map.retry'), run });
    return;
  }
  const map = createMap(basemap, still.position);
  if (map) page.useMap(map);
  else
    still.explainAbsence(
      t('map.no_drawing'),
      t('map.no_webgl'),
    );
}

/** The map draws its texts with the page's font. */
const fonts = () =>
  Promise.all(['500', '700'].map((weight) => document.fonts.load(`${weight} 16px Figtree`)));

/** Resolves once what stands has been painted: making a map keeps the machine busy. */
const painted = () =>
  new Promise((resolve) => {
    const idle = () =>
      'requestIdleCallback' in window ? requestIdleCallback(resolve, { timeout: 400 }) : resolve();
    requestAnimationFrame(() => requestAnimationFrame(idle));
  });

function begin() {
  start().catch((error) => {
    byId('total').textContent = t('map.no_data');
    const words =
      error instanceof ApiError
        ? t('map.no_server')
        : t('map.no_start');
    showNotice(words, { words: t('map.retry'), run: begin });
    if (!(error instanceof ApiError)) throw error;
  });
}

begin();
