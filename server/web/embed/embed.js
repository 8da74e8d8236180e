/* arobase: the initiatives of a territory on any page. /integrer makes the lines to copy. */
(() => {
  const me = /** @type {HTMLScriptElement} */ (document.currentScript);
  const base = new URL('.', me.src);
  /* What is ours, or HTML's; everything else is a parameter of the frame. */
  const own = ['hauteur', 'consentement', 'class', 'id', 'style', 'hidden'];
  const frames = new Map();

  const make = (name, properties, ...children) => {
    const node = Object.assign(document.createElement(name), properties);
    node.append(...children);
    return node;
  };
  const anchor = (href, textContent) => make('a', { href, textContent });
  const options = (node, prefix) =>
    Object.fromEntries(
      [...node.attributes]
        .filter(({ name }) => name.startsWith(prefix))
        .map(({ name, value }) => [name.slice(prefix.length), value]),
    );

  function show(at, asked) {
    const { hauteur, consentement, titre } = asked;
    const lang = asked.lang || (/^en/.test(document.documentElement.lang) ? 'en' : 'fr');
    const english = lang === 'en';
    const query = new URLSearchParams(
      Object.entries({ ...asked, lang }).filter(([name]) => !own.includes(name)),
    );
    const title = titre || (english ? 'Local digital initiatives' : 'Initiatives numériques');
    const src = new URL(`embed?${query}`, base).href;
    const link = make('p', {}, anchor(src, title));
    const insert = () => {
      const frame = make('iframe', { src, title, loading: 'lazy' });
      frame.style.cssText = `display:block;width:100%;border:0;height:${parseInt(hauteur) || 480}px`;
      frames.set(frame, { link, hauteur, src });
      at.replaceChildren(link, frame);
      return frame;
    };
    if (consentement !== 'clic') return insert();
    const [words, from] = english
      ? [`Show “${title}”`, `From ${base.host}, without any cookie.`]
      : [`Afficher « ${title} »`, `Depuis ${base.host}, sans cookie.`];
    const button = make('button', { type: 'button', textContent: words });
    button.onclick = () => insert().focus();
    at.replaceChildren(button, make('p', { textContent: from }), link);
  }

  /* The frame says how high it is: it is there, and the link to it can go. */
  addEventListener('message', ({ origin, source, data }) => {
    if (origin !== base.origin || data?.arobase !== 'hauteur') return;
    for (const [frame, { link, hauteur }] of frames)
      if (frame.contentWindow === source) {
        link.remove();
        if (!hauteur) frame.style.height = `${Math.min(20000, data.hauteur)}px`;
      }
  });

  /* The page allows no frames of ours: a list in their place. */
  addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, disposition }) => {
    if (effectiveDirective !== 'frame-src' || disposition !== 'enforce') return;
    for (const [frame, { src }] of frames) {
      if (!src.startsWith(blockedURI)) continue;
      frames.delete(frame);
      fetch(`${src}&f=json`)
        .then((answer) => answer.json())
        .then(({ features }) =>
          features.map(({ id, properties: { titre } }) =>
            make('li', {}, anchor(new URL(`initiatives/${id}`, base), titre)),
          ),
        )
        .then((items) => frame.replaceWith(make('ul', {}, ...items)))
        .catch(() => frame.remove());
    }
  });

  const asked = options(me, 'data-');
  if (Object.keys(asked).length) {
    const at = make('div');
    me.after(at);
    show(at, asked);
  }
  customElements.get('arobase-carte') ||
    customElements.define(
      'arobase-carte',
      class extends HTMLElement {
        connectedCallback() {
          show(this, options(this, ''));
        }
      },
    );
})();
