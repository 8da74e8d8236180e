/*
 * The form of /integrer without its button: what is chosen is shown at once. Everything works
 * without this, by the button.
 */
import './copy.js';

const WAIT_MS = 300;
const SUGGESTED = 8;

const byId = (id) => document.getElementById(id);
const form = /** @type {HTMLFormElement} */ (byId('choix'));
const preview = /** @type {HTMLIFrameElement} */ (byId('vue'));
const place = /** @type {HTMLInputElement} */ (byId('lieu'));
const height = /** @type {HTMLInputElement} */ (byId('hauteur'));
const root = new URL('.', form.action);

/** The address of the page for what is chosen; fields left empty are left out. */
function chosen() {
  const url = new URL(form.action);
  for (const [name, value] of new FormData(form)) if (value) url.searchParams.set(name, String(value));
  return url;
}

let newest = 0;
async function refresh() {
  const mine = ++newest;
  const url = chosen();
  const asked = new URL(url);
  asked.searchParams.set('f', 'json');
  const answer = await fetch(asked);
  const data = await answer.json();
  if (mine !== newest) return;
  byId('faute').textContent = data.wrong ?? (answer.ok ? '' : data.detail);
  if (!answer.ok) return;
  byId('autres')?.remove();
  for (const { id, text } of data.codes) byId(`code-${id}`).textContent = text;
  const frame = new URL(data.frame, root).href;
  if (preview.src !== frame && !data.wrong) preview.src = frame;
  history.replaceState(null, '', url);
}

let timer;
form.addEventListener('input', () => {
  clearTimeout(timer);
  timer = setTimeout(refresh, WAIT_MS);
});
form.addEventListener('submit', (event) => {
  event.preventDefault();
  clearTimeout(timer);
  refresh();
});

/* Communes whose name begins so. */
place.addEventListener('input', async () => {
  const q = place.value.trim();
  if (q.length < 2 || q.endsWith(')')) return;
  const url = new URL('search', root);
  url.search = String(new URLSearchParams({ q, limit: String(SUGGESTED) }));
  const answer = await fetch(url);
  if (!answer.ok || place.value.trim() !== q) return;
  const { communes } = await answer.json();
  byId('lieux').replaceChildren(
    ...communes.map(({ code, nom }) =>
      Object.assign(document.createElement('option'), { value: `${nom} (${code})` }),
    ),
  );
});

/* As high as what it shows, unless a height is chosen. */
addEventListener('message', ({ source, data }) => {
  if (source !== preview.contentWindow || data?.arobase !== 'hauteur') return;
  preview.height = height.value || String(Math.min(2000, data.hauteur + 2));
});
