/*
 * "Where am I": the commune of the place that the browser tells.
 */
import { get } from './api.js';
import { byId, icon } from './dom.js';
import { hushNotice, showNotice } from './notice.js';
import { t } from './words.js';

const OPTIONS = { enableHighAccuracy: false, timeout: 15000, maximumAge: 60000 };

/** @return {Promise<GeolocationPosition>} */
const position = () =>
  new Promise((resolve, reject) => {
    if (navigator.geolocation) navigator.geolocation.getCurrentPosition(resolve, reject, OPTIONS);
    else reject(new Error('no geolocation'));
  });

/** @param {string} words */
function say(words) {
  showNotice(words);
  byId('annonce').textContent = words;
}

/** @param {{nom: string, initiatives: number}} commune */
const hereWords = ({ nom, initiatives }) => t('map.here', { commune: nom, n: initiatives });

/** @typedef {{properties: {code: string, nom: string, initiatives: number, distance_m?: number}}} At */

/**
 * Makes the button of the search box work.
 *
 * @param {(here: LonLat, commune: Facts|null) => void} go  commune: the one that holds the place
 */
export function createLocate(go) {
  const locate = /** @type {HTMLButtonElement} */ (byId('localiser'));
  locate.append(icon('locate'));
  locate.addEventListener('click', async () => {
    locate.setAttribute('aria-busy', 'true');
    byId('annonce').textContent = t('map.locating');
    try {
      const { coords } = await position();
      const [lon, lat] = [coords.longitude, coords.latitude].map((of) => Number(of.toFixed(5)));
      /** @type {{containing: At|null, nearest: At[]}} */
      const { containing, nearest } = await get('communes/at', { lon, lat });
      hushNotice();
      go([lon, lat], containing?.properties ?? null);
      const near = nearest[0]?.properties;
      if (containing) say(hereWords(containing.properties));
      else if (near) say(t('map.near', { commune: near.nom, km: (near.distance_m ?? 0) / 1000 }));
    } catch (error) {
      const refused = error instanceof GeolocationPositionError && error.code === 1;
      say(refused ? t('map.locate_refused') : t('map.locate_failed'));
    } finally {
      locate.removeAttribute('aria-busy');
    }
  });
}
