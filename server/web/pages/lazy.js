/*
 * The map of a page that is read more often than its map is looked at: what draws it comes when it
 * is asked for.
 */

/** @return {Promise<void>} */
function loadScript(url) {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = url;
    script.onload = () => resolve();
    script.onerror = () => reject(new Error(`${url} did not come`));
    document.head.append(script);
  });
}

function loadStyle(url) {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = url;
  document.head.append(link);
}

const frame = /** @type {HTMLElement|null} */ (document.querySelector('.page-map[data-script]'));
const shows = /** @type {HTMLButtonElement|null} */ (document.querySelector('[data-shows-map]'));

async function show() {
  shows.disabled = true;
  loadStyle(frame.dataset.style);
  try {
    await loadScript(frame.dataset.script);
    await import('./map.js');
    shows.hidden = true;
  } catch {
    shows.disabled = false;
  }
}

if (frame && shows) {
  shows.hidden = false;
  shows.addEventListener('click', show);
}
