/*
 * What a frame tells the page that it stands in, its height, and when its map is drawn: once it is
 * seen. The frame may have no origin of its own (sandbox="allow-scripts"): it keeps nothing, and
 * asks for nothing but this server's files.
 */
const body = /** @type {HTMLElement} */ (document.getElementById('cadre'));
const map = document.getElementById('carte');

/** WordPress gives its frames a secret to speak with. */
const secret = /[#&?]secret=(\w+)/.exec(location.hash)?.[1];

function tellHeight() {
  const hauteur = Math.ceil(body.getBoundingClientRect().height);
  parent.postMessage({ arobase: 'hauteur', hauteur }, '*');
  if (secret) parent.postMessage({ message: 'height', value: hauteur, secret }, '*');
}

if (parent !== window) new ResizeObserver(tellHeight).observe(body);

if (map) {
  map.classList.add('shown');
  const seen = new IntersectionObserver(async ([entry]) => {
    if (!entry.isIntersecting) return;
    seen.disconnect();
    try {
      const { drawMap } = await import('./map.js');
      await drawMap(map);
    } catch (error) {
      /* The list says the same; the place stays, lest what is read moves. */
      map.textContent = map.dataset.absent ?? '';
      map.classList.add('absent');
      console.info(`arobase: ${error}`);
    }
  });
  seen.observe(map);
}
