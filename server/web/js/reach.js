/*
 * The keyboard on the map: one button that stands on a cluster, stack or point. Arrows move it to
 * the next one that way, Enter does what a click does; what it stands on is said.
 */
import { button, byId } from './dom.js';
import { t } from './words.js';

/** Directions as [dx, dy] of the screen, by key. */
const ARROWS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
/** How much farther something aside may be, to be reached by the same key. */
const ASIDE = 2;

/** What a feature of the map is, and what Enter does, in words. */
function wordsOf({ properties: { cluster, stack, count, titre, commune_nom: commune } }) {
  const words = t('map.n_initiatives', { n: count ?? 0 });
  if (cluster) return t('map.reach_cluster', { words });
  if (stack) return t('map.reach_stack', { words });
  return t('map.reach_sheet', { title: titre, commune });
}

/** The marker that lies next in a direction, or null. */
function nextOf(markers, from, [dx, dy]) {
  let best = null;
  let least = Infinity;
  for (const marker of markers) {
    const ahead = (marker.x - from.x) * dx + (marker.y - from.y) * dy;
    const aside = Math.abs((marker.x - from.x) * dy) + Math.abs((marker.y - from.y) * dx);
    const far = ahead + ASIDE * aside;
    if (ahead < 1 || far >= least) continue;
    best = marker;
    least = far;
  }
  return best;
}

/** @param {() => PageMap} mapNow */
export function createReach(mapNow) {
  let at = null;
  const reach = button({ class: 'reach', id: 'repere', hidden: true });
  byId('carte').after(reach);

  function stand(marker) {
    at = marker;
    reach.style.translate = `${marker.x}px ${marker.y}px`;
    reach.setAttribute('aria-label', wordsOf(marker.feature));
  }

  /** Where the button stands at first: on what is nearest to the middle. */
  function central(markers) {
    const { clientWidth: width, clientHeight: height } = byId('carte');
    const far = ({ x, y }) => Math.hypot(x - width / 2, y - height / 2);
    return markers.reduce((best, marker) => (far(marker) < far(best) ? marker : best));
  }

  function settle() {
    const { markers } = mapNow();
    reach.hidden = !markers.length;
    if (!markers.length) return;
    const same = at && markers.find(({ feature }) => feature.id === at.feature.id);
    stand(same ?? central(markers));
  }

  reach.addEventListener('focus', () => mapNow().explain(at.feature));
  reach.addEventListener('blur', () => mapNow().hush());
  reach.addEventListener('click', () => mapNow().pick(at.feature));
  reach.addEventListener('keydown', (event) => {
    const way = ARROWS[event.key];
    if (!way) return;
    event.preventDefault();
    const next = nextOf(mapNow().markers, at, way);
    if (!next) return;
    stand(next);
    mapNow().explain(at.feature);
    byId('annonce').textContent = wordsOf(at.feature);
  });
  return { settle };
}
