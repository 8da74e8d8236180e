/*
 * Embeds as communes use them: on pages of another site, with policies, sandboxes and readers that
 * allow little.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { assertAccessible } from './axe.mjs';
import { keepMap, openPage, startBrowser, startServer } from './harness.mjs';

const PATIENCE_MS = 30000;
let server;
let browser;
let host;

/** Another site: pages by path, each {html, headers}. Its name is not that of the server. */
async function startHost() {
  const pages = new Map();
  const program = createServer((request, response) => {
    const page = pages.get(request.url);
    if (!page) return response.writeHead(204).end();
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', ...page.headers });
    return response.end(
      `<!doctype html><html lang="fr"><title>Mairie</title><body>${page.html}</body></html>`,
    );
  });
  await new Promise((resolve) => {
    program.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://localhost:${program.address().port}`;
  return {
    add(html, headers = {}) {
      const path = `/${pages.size + 1}`;
      pages.set(path, { html, headers });
      return url + path;
    },
    stop() {
      program.closeAllConnections?.();
      program.close();
    },
  };
}

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  host = await startHost();
});
after(async () => {
  await browser?.close();
  await server?.stop();
  host?.stop();
});

/** A page of the other site; `asked` is what it and its frames ask of the server. */
async function visit(html, { headers, ...how } = {}) {
  const context = await browser.newContext({
    viewport: { width: 900, height: 700 },
    locale: 'fr-FR',
    reducedMotion: 'reduce',
    ...how,
  });
  await context.addInitScript(keepMap);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.asked = [];
  page.faults = [];
  context.on('request', (request) => {
    const { protocol, hostname, origin, pathname, search } = new URL(request.url());
    if (!/^(blob|data):/.test(protocol) && !['localhost', '127.0.0.1'].includes(hostname))
      page.faults.push(`request off the machine: ${request.url()}`);
    if (server.url.startsWith(origin)) page.asked.push(pathname + search);
  });
  page.on('pageerror', (error) => page.faults.push(`exception: ${error.stack ?? error}`));
  page.on('console', (message) => {
    if (message.type() === 'error') page.faults.push(`console: ${message.text()}`);
  });
  page.finish = async () => {
    assert.deepEqual(await context.cookies(), []);
    await context.close();
    assert.deepEqual(page.faults, []);
  };
  await page.goto(host.add(html, headers));
  return page;
}

const script = (data) => `<script src="${server.url}embed.js" ${data} async></script>`;
const iframe = (query, more = '') =>
  `<iframe src="${server.url}embed?${query}" width="800" height="600" title="Initiatives" ${more}></iframe>`;

/** The frame of the embed, once it is there. */
async function frameOf(page) {
  const element = await page.waitForSelector('iframe', { state: 'attached' });
  const frame = await element.contentFrame();
  await frame.waitForSelector('#cadre');
  return frame;
}

const drawn = (frame) => frame.waitForSelector('#carte[data-calme]', { state: 'attached' });

/** Whether the frame is as high as what it shows. */
const fits = (page) =>
  page.waitForFunction(() => {
    const frame = document.querySelector('iframe');
    return frame && frame.clientHeight > 600;
  });

for (const [name, html] of [
  ['a script', () => script('data-commune="13056"')],
  [
    'an element',
    () => `${script('')}<arobase-carte commune="13056"><a href="/x">Nos initiatives</a></arobase-carte>`,
  ],
]) {
  test(`${name} puts the frame there, as high as its content, and no cookie`, async () => {
    const page = await visit(html());
    const frame = await frameOf(page);
    await drawn(frame);
    await fits(page);
    const [outside, inside] = [
      await page.$eval('iframe', (element) => element.clientHeight),
      await frame.$eval('#cadre', (main) => Math.ceil(main.getBoundingClientRect().height)),
    ];
    assert.equal(outside, inside);
    assert.equal(await frame.locator('#liste li').count(), 20);
    assert.equal(await page.locator('a').count(), 0, 'the link in its place has gone');
    assert.equal(await page.getAttribute('iframe', 'loading'), 'lazy');
    assert.ok(await page.getAttribute('iframe', 'title'));
    await page.finish();
  });
}

test('a height that is given stays', async () => {
  const page = await visit(script('data-commune="13056" data-vue="liste" data-hauteur="333"'));
  await frameOf(page);
  await page.waitForSelector('a', { state: 'detached' });
  assert.equal(await page.$eval('iframe', (element) => element.clientHeight), 333);
  assert.ok(page.asked.some((path) => path === '/embed?commune=13056&vue=liste&lang=fr'));
  await page.finish();
});

test('a frame far below is not asked for before one comes near', async () => {
  const page = await visit(`<div style="height: 30000px"></div>${script('data-axe="1"')}`);
  await page.waitForSelector('iframe', { state: 'attached' });
  await page.waitForLoadState('networkidle');
  assert.deepEqual(page.asked, ['/embed.js']);
  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  await frameOf(page);
  await page.finish();
});

test('under a strict policy of the host', async () => {
  const origin = server.url.slice(0, -1);
  const page = await visit(script('data-commune="13056"'), {
    headers: {
      'Content-Security-Policy': `default-src 'none'; script-src ${origin}; frame-src ${origin}`,
    },
  });
  await drawn(await frameOf(page));
  await fits(page);
  await page.finish();
});

test('where frames are forbidden there is a list', async () => {
  const origin = server.url.slice(0, -1);
  const page = await visit(script('data-commune="13056"'), {
    headers: {
      'Content-Security-Policy': `default-src 'none'; script-src ${origin}; connect-src ${origin}; frame-src 'none'`,
    },
  });
  await page.waitForSelector('li a');
  assert.equal(await page.locator('li a').count(), 20);
  assert.match(await page.locator('li a').first().getAttribute('href'), /\/initiatives\/\d+$/);
  assert.equal(await page.locator('iframe').count(), 0);
  page.faults.length = 0; /* the browser says what the policy forbade */
  await page.finish();
});

test('where frames and requests are forbidden there is a link', async () => {
  const origin = server.url.slice(0, -1);
  const page = await visit(script('data-commune="13056"'), {
    headers: { 'Content-Security-Policy': `default-src 'none'; script-src ${origin}` },
  });
  await page.waitForSelector('iframe', { state: 'detached' });
  assert.equal(await page.getAttribute('a', 'href'), `${server.url}embed?commune=13056&lang=fr`);
  page.faults.length = 0;
  await page.finish();
});

test('nothing but the script is asked for before consent', async () => {
  const page = await visit(script('data-commune="13056" data-consentement="clic"'));
  const button = page.getByRole('button');
  await button.waitFor();
  await page.waitForLoadState('networkidle');
  assert.deepEqual(page.asked, ['/embed.js']);
  assert.match(await page.textContent('body'), /sans cookie/);
  await button.press('Enter');
  await drawn(await frameOf(page));
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'IFRAME');
  assert.equal(await page.getByRole('button').count(), 0);
  await page.finish();
});

for (const sandbox of ['allow-scripts allow-same-origin', 'allow-scripts']) {
  test(`in a frame with sandbox="${sandbox}"`, async () => {
    const page = await visit(iframe('departement=13', `sandbox="${sandbox}"`));
    const frame = await frameOf(page);
    await drawn(frame);
    await frame.waitForFunction(() => {
      const source = window.drawnMap.getSource('initiatives');
      return source && window.drawnMap.querySourceFeatures('initiatives').length > 0;
    });
    const origin = await frame.evaluate(() => window.origin);
    assert.equal(origin === 'null', sandbox === 'allow-scripts');
    await page.finish();
  });
}

test('in a sandbox without scripts the list is whole', async () => {
  const page = await visit(iframe('commune=13056', 'sandbox'));
  const frame = await frameOf(page);
  assert.equal(await frame.locator('#liste li').count(), 20);
  assert.ok(await frame.locator('#carte').isHidden());
  await page.context().close();
});

test('with cookies and storage off', async () => {
  const page = await visit('<p>Mairie</p>');
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setDocumentCookieDisabled', { disabled: true });
  await page.context().addInitScript(() => {
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches'])
      Object.defineProperty(window, name, {
        get() {
          throw new DOMException('no storage', 'SecurityError');
        },
      });
  });
  await page.goto(host.add(script('data-departement="13"')));
  const frame = await frameOf(page);
  await drawn(frame);
  assert.deepEqual(await frame.evaluate(() => document.cookie), '');
  await page.finish();
});

test('without JavaScript the frame has the list, and the element what stands in it', async () => {
  const page = await visit(
    `${script('data-commune="13056"')}<arobase-carte commune="13056"><a href="/liste">Nos initiatives</a></arobase-carte>${iframe('commune=13056')}`,
    { javaScriptEnabled: false },
  );
  const element = await page.waitForSelector('iframe');
  const frame = await element.contentFrame();
  assert.equal(await frame.locator('#liste li').count(), 20);
  assert.ok(await frame.locator('#carte').isHidden());
  assert.ok(await page.getByText('Nos initiatives').isVisible());
  await page.finish();
});

/** A page with the pointer over the embed's map, and a way to ask for the map's zoom. */
async function overTheMap() {
  const page = await visit(
    `${script('data-departement="13"')}<div style="height: 4000px">Plus bas</div>`,
  );
  const frame = await frameOf(page);
  await drawn(frame);
  await fits(page);
  const box = await frame.locator('#carte').boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  return { page, frame, zoom: await frame.evaluate(() => window.drawnMap.getZoom()) };
}

test('the wheel over the map scrolls the page', async () => {
  const { page, frame, zoom } = await overTheMap();
  await page.mouse.wheel(0, 400);
  await page.waitForFunction(() => window.scrollY > 200);
  assert.equal(await frame.evaluate(() => window.drawnMap.getZoom()), zoom);
  await page.finish();
});

test('the wheel with Ctrl zooms the map', async () => {
  const { page, frame, zoom } = await overTheMap();
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -400);
  await page.keyboard.up('Control');
  await frame.waitForFunction((was) => window.drawnMap.getZoom() > was + 0.3, zoom);
  assert.equal(await page.evaluate(() => window.scrollY), 0);
  await page.finish();
});

test('one finger over the map scrolls the page', async () => {
  const page = await visit(iframe('departement=13'), { hasTouch: true, isMobile: true });
  const frame = await frameOf(page);
  await drawn(frame);
  const action = await frame.$eval('#carte canvas', (canvas) => {
    const container = canvas.closest('.maplibregl-canvas-container');
    return getComputedStyle(container).touchAction;
  });
  assert.equal(action, 'pan-x pan-y');
  const words = await frame.textContent('.maplibregl-cooperative-gesture-screen');
  assert.match(words, /Deux doigts/);
  await page.finish();
});

test('a frame of WordPress is told its height in its own words', async () => {
  const page = await visit('<p>Article</p>');
  const told = await page.evaluate(
    (src) =>
      new Promise((resolve) => {
        addEventListener('message', ({ data }) => data.message === 'height' && resolve(data));
        const frame = document.createElement('iframe');
        frame.setAttribute('sandbox', 'allow-scripts');
        document.body.append(Object.assign(frame, { src }));
      }),
    `${server.url}embed?commune=13056&vue=liste#?secret=aB3`,
  );
  assert.equal(told.secret, 'aB3');
  assert.ok(told.value > 300);
  await page.finish();
});

test('other windows cannot change the height', async () => {
  const page = await visit(
    `${script('data-commune="13056" data-vue="liste"')}<iframe id="autre" srcdoc="x"></iframe>`,
  );
  await page.waitForSelector('a', { state: 'detached' });
  const before = await page.$eval('iframe:not(#autre)', (element) => element.style.height);
  await page.evaluate(() => {
    window.postMessage({ arobase: 'hauteur', hauteur: 5 }, '*');
    const other = document.getElementById('autre').contentWindow;
    other.eval("parent.postMessage({ arobase: 'hauteur', hauteur: 6 }, '*')");
  });
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
  assert.equal(await page.$eval('iframe:not(#autre)', (element) => element.style.height), before);
  await page.finish();
});

test('other pages are in no frame of another site', async () => {
  const page = await visit('<p>Mairie</p>');
  const refused = page.waitForEvent('console', (message) => /frame-ancestors/.test(message.text()));
  await page.evaluate((src) => {
    document.body.append(Object.assign(document.createElement('iframe'), { src }));
  }, `${server.url}collections`);
  await refused;
  await page.context().close();
});

for (const [width, height] of [
  [320, 568],
  [768, 1024],
  [1440, 900],
]) {
  test(`nothing is wider than a frame of ${width} px`, async () => {
    const page = await openPage(browser, `${server.url}embed?commune=13056`, {
      viewport: { width, height },
    });
    await page.waitForSelector('#carte[data-calme]');
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
    await page.goto(`${server.url}integrer?commune=13056&f=html`);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
    const cut = await page.$$eval('.codes pre', (codes) =>
      codes.filter((code) => code.scrollWidth > code.clientWidth).map((code) => code.textContent),
    );
    assert.deepEqual(cut, []);
    await page.finish();
  });
}

test('by keyboard: past the map to the list, or into the map', async () => {
  const page = await openPage(browser, `${server.url}embed?departement=13`);
  await page.waitForSelector('#carte[data-calme]');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'CANVAS');
  const before = await page.evaluate(() => window.drawnMap.getZoom());
  await page.keyboard.press('+');
  await page.waitForFunction((was) => window.drawnMap.getZoom() > was, before);
  await page.locator('.skip').press('Enter');
  await page.keyboard.press('Tab');
  assert.ok(await page.evaluate(() => Boolean(document.activeElement.closest('#liste'))));
  await page.finish();
});

test('what a cluster holds opens, and Escape closes it', async () => {
  const page = await openPage(browser, `${server.url}embed?id=5`);
  await page.waitForSelector('#carte[data-calme]');
  await page.waitForFunction(
    () => window.drawnMap.queryRenderedFeatures({ layers: ['initiatives'] }).length === 1,
  );
  const box = await page.locator('#carte').boundingBox();
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  const popup = page.locator('.maplibregl-popup');
  await popup.waitFor();
  assert.equal(await popup.locator('a').getAttribute('target'), '_blank');
  await page.keyboard.press('Escape');
  await popup.waitFor({ state: 'detached' });
  await page.finish();
});

test('the form shows at once what it makes', async () => {
  const page = await openPage(browser, `${server.url}integrer?f=html`);
  await page.fill('#lieu', 'martig');
  await page.waitForSelector('#lieux option[value="Martigues (13056)"]', { state: 'attached' });
  await page.fill('#lieu', 'Martigues (13056)');
  await page.check('[name=vue][value=liste]');
  await page.waitForFunction(() =>
    document.getElementById('code-script').textContent.includes('data-commune="13056" data-vue="liste"'),
  );
  const element = await page.waitForSelector('#vue[src$="embed?commune=13056&vue=liste"]');
  const frame = await element.contentFrame();
  await frame.waitForSelector('#liste li');
  await page.waitForFunction(() => document.getElementById('vue').clientHeight > 600);
  assert.match(page.url(), /lieu=Martigues/);
  await page.fill('#couleur', 'rouge');
  await page.waitForFunction(() => /couleur/.test(document.getElementById('faute').textContent));
  await page.finish();
});

test('the code can be copied', async () => {
  const page = await openPage(browser, `${server.url}integrer?f=html&commune=13056`, {
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await page.click('[data-copy=code-iframe]');
  await page.waitForFunction(() => document.getElementById('dit').textContent !== '');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied, await page.textContent('#code-iframe'));
  await page.finish();
});

test('what the form gives to copy works on another site', async () => {
  const page = await openPage(browser, `${server.url}integrer?f=html&commune=13056`);
  for (const id of ['script', 'element', 'iframe']) {
    const other = await visit(await page.textContent(`#code-${id}`));
    const frame = await frameOf(other);
    assert.equal(await frame.textContent('h1'), 'Martigues');
    await other.finish();
  }
  await page.finish();
});

test('without JavaScript the form is sent, and the code is there', async () => {
  const page = await openPage(browser, `${server.url}integrer?f=html`, {
    javaScriptEnabled: false,
  });
  await page.fill('#lieu', 'Martigues');
  await page.selectOption('#axe', '1');
  await page.click('form button');
  await page.waitForURL(/lieu=Martigues/);
  assert.match(await page.textContent('#code-script'), /data-axe="1" data-commune="13056"|data-commune="13056" data-axe="1"/);
  assert.ok(await page.locator('[data-copy]').first().isHidden());
  await page.finish();
});

for (const colorScheme of ['light', 'dark'])
  for (const path of [
    'embed?commune=13056',
    'embed?commune=13056&vue=carte&couleur=fc0',
    'embed?commune=13056&vue=liste&lang=en&couleur=203',
    'embed?q=xyzzyxyzzy',
    'integrer?lieu=saint-denis&f=html',
  ])
    test(`axe finds nothing at fault in ${path}, ${colorScheme}`, async () => {
      const page = await openPage(browser, server.url + path, { colorScheme });
      if (await page.locator('#carte').count())
        await page.waitForSelector('#carte[data-calme]', { state: 'attached' });
      await assertAccessible(page);
      await page.finish();
    });
