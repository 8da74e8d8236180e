/* The page for everyone: small screens, keyboard, dark, without the server, without JavaScript. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible } from './axe.mjs';
import { openPage, settled, startBrowser, startServer, total } from './harness.mjs';

let server;
let browser;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const [width, height] of [
  [320, 568],
  [768, 1024],
  [1440, 900],
]) {
  test(`nothing is wider than the screen at ${width} px`, async () => {
    const page = await openPage(browser, server.url, { viewport: { width, height } });
    await settled(page);
    const widths = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.getElementById('panneau').scrollWidth -
        document.getElementById('panneau').clientWidth,
    ]);
    assert.equal(widths[0], width);
    assert.ok(widths[1] <= 0, `the panel overflows by ${widths[1]} px`);
    await page.finish();
  });
}

test('at 320 px the list is a sheet over the map that opens and closes', async () => {
  const page = await openPage(browser, server.url, { viewport: { width: 320, height: 568 } });
  await settled(page);
  const height = async () => (await page.locator('#panneau').boundingBox()).height;
  const low = await height();
  assert.ok(low < 200, `${low} px`);
  await page.click('#poignee');
  await page.waitForFunction(
    (before) => document.getElementById('panneau').getBoundingClientRect().height > before + 80,
    low,
  );
  await page.locator('#liste .row').first().click();
  await page.waitForSelector('#titre-fiche');
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
  await page.click('#fermer-fiche');
  await page.waitForSelector('#fiche', { state: 'hidden' });
  await page.finish();
});

/** What the keyboard reaches, pressing Tab `times` times. */
async function walk(page, times) {
  const reached = [];
  for (let i = 0; i < times; i++) {
    await page.keyboard.press('Tab');
    reached.push(
      await page.evaluate(() => {
        const at = document.activeElement;
        const box = at.getBoundingClientRect();
        const style = getComputedStyle(at);
        const ring = getComputedStyle(at.closest('.search') ?? at);
        return {
          name: at.id || at.className || at.tagName,
          seen: box.width > 0 && box.height > 0,
          marked:
            style.outlineStyle !== 'none' ||
            ring.boxShadow !== 'none' ||
            ring.outlineStyle !== 'none',
        };
      }),
    );
  }
  return reached;
}

test('the keyboard reaches every control, and one sees where it is', async () => {
  const page = await openPage(browser, server.url);
  await settled(page);
  const reached = await walk(page, 34);
  const names = reached.map(({ name }) => name).join(' ');
  for (const wanted of [
    'skip',
    'brand',
    'champ',
    'bouton-filtres',
    'maplibregl-canvas',
    'axe-button',
    'territory',
    'row',
  ])
    assert.ok(names.includes(wanted), `${wanted} is not reached: ${names}`);
  for (const { name, seen, marked } of reached)
    assert.ok(seen && marked, `${name}: seen ${seen}, marked ${marked}`);
  await page.finish();
});

test('the skip link leads to the list', async () => {
  const page = await openPage(browser, server.url);
  await settled(page);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'resultats');
  const behind = await walk(page, 3);
  assert.deepEqual(
    behind.map(({ name }) => name),
    ['button', 'button', 'row'],
  );
  await page.finish();
});

test('totals are announced', async () => {
  const page = await openPage(browser, server.url);
  await settled(page);
  await page.click('#axes [data-axe="1"]');
  await page.waitForFunction(() =>
    /initiatives? dans cette vue/.test(document.getElementById('annonce').textContent),
  );
  assert.equal(await page.getAttribute('#annonce', 'aria-live'), 'polite');
  await page.finish();
});

test('every control has a name', async () => {
  const page = await openPage(browser, server.url);
  await settled(page);
  await page.click('#bouton-filtres');
  const nameless = await page.evaluate(() =>
    [...document.querySelectorAll('button, a[href], input, select, [role=option]')]
      .filter(
        (node) =>
          node.checkVisibility() &&
          !(
            node.getAttribute('aria-label') ||
            node.textContent.trim() ||
            node.title ||
            node.labels?.length
          ),
      )
      .map((node) => node.outerHTML.slice(0, 120)),
  );
  assert.deepEqual(nameless, []);
  await page.finish();
});

/** Contrast of texts with the colours behind them (WCAG 2.2, 1.4.3), for those below `least`. */
function lowContrast() {
  const channel = (value) =>
    value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] > 250) return colour;
    }
    return [255, 255, 255, 255];
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const low = new Set();
  while (texts.nextNode()) {
    const node = texts.currentNode.parentElement;
    if (
      !texts.currentNode.textContent.trim() ||
      !node.checkVisibility({ opacityProperty: true }) ||
      node.closest('.sr-only, noscript, :disabled, .missed, option')
    )
      continue;
    const [a, b] = [luminance(rgba(getComputedStyle(node).color)), luminance(behind(node))].sort(
      (x, y) => y - x,
    );
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5)
      low.add(
        `${node.className || node.tagName} "${texts.currentNode.textContent.trim().slice(0, 30)}" ${ratio.toFixed(2)}`,
      );
  }
  return [...low];
}

for (const colorScheme of ['light', 'dark']) {
  test(`texts stand out enough, ${colorScheme}`, async () => {
    const page = await openPage(browser, server.url, { colorScheme });
    await settled(page);
    assert.deepEqual(await page.evaluate(lowContrast), []);
    await page.locator('#liste .row').first().click();
    await page.waitForSelector('#titre-fiche');
    assert.deepEqual(await page.evaluate(lowContrast), []);
    await page.keyboard.press('Escape');
    await page.click('#bouton-filtres');
    await page.waitForSelector('.bars button');
    assert.deepEqual(await page.evaluate(lowContrast), []);
    await page.finish();
  });
}

test('an unreachable server is said, and trying again works', async () => {
  const page = await openPage(browser, server.url);
  await settled(page);
  await page.context().setOffline(true);
  await page.click('#axes [data-axe="3"]');
  await page.waitForSelector('#panne:not([hidden])');
  assert.match(await page.textContent('#panne'), /ne répond pas/);
  assert.match(await page.textContent('#total'), /indisponibles/);
  await page.context().setOffline(false);
  await page.click('#panne button');
  assert.ok((await total(page)) > 0);
  await page.waitForSelector('#panne', { state: 'hidden' });
  assert.deepEqual(
    page.faults.filter((fault) => !fault.includes('ERR_INTERNET_DISCONNECTED')),
    [],
  );
  await page.context().close();
});

test('where nothing is, the page says so', async () => {
  const page = await openPage(browser, `${server.url}#9/47.5/-9`);
  await page.waitForSelector('text=Rien ici pour l’instant');
  assert.equal(await total(page), 0);
  await page.finish();
});

test('without JavaScript there are links to the same in words', async () => {
  const page = await openPage(browser, server.url, { javaScriptEnabled: false });
  const href = await page.getAttribute('main noscript a, main .card a', 'href');
  assert.ok(href?.startsWith('liste'), href);
  assert.equal((await page.request.get(new URL(href, server.url).href)).status(), 200);
  await page.context().close();
});

/** What the page can show, each reached as a reader does. */
const STATES = {
  list: async () => {},
  'filters, a branch open': async (page) => {
    await page.click('#bouton-filtres');
    await page.waitForSelector('.bars button');
    await page.click('#o-1');
  },
  sheet: async (page) => {
    await page.locator('#liste .row').first().click();
    await page.waitForSelector('#titre-fiche');
  },
  suggestions: async (page) => {
    await page.fill('#champ', 'mar');
    await page.waitForSelector('#suggestions [role=option]');
  },
  'chips and files': async (page) => {
    await page.click('#axes [data-axe="2"]');
    await page.waitForSelector('#puces .chip');
    await page.click('.downloads summary');
  },
  nothing: async (page) => {
    await page.fill('#champ', 'zzzz');
    await page.waitForSelector('#suggestions [role=option]');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.empty');
  },
};

for (const [width, height, colorScheme] of [
  [320, 640, 'dark'],
  [768, 1024, 'light'],
  [1440, 900, 'dark'],
  [1440, 900, 'light'],
])
  test(`axe-core finds nothing in any state at ${width} px, ${colorScheme}`, async () => {
    for (const reach of Object.values(STATES)) {
      const page = await openPage(browser, server.url, {
        viewport: { width, height },
        colorScheme,
      });
      await settled(page);
      if (width < 720) await page.click('#poignee');
      await reach(page);
      await page.waitForSelector('#liste:not([aria-busy])', { state: 'attached' });
      await assertAccessible(page);
      await page.context().close();
    }
  });

test('at 200 % nothing is lost: a window half as wide shows the same controls', async () => {
  const page = await openPage(browser, server.url, {
    viewport: { width: 640, height: 400 },
    deviceScaleFactor: 2,
  });
  await settled(page);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 640);
  for (const id of ['champ', 'localiser', 'bouton-filtres', 'poignee'])
    assert.ok(await page.locator(`#${id}`).isVisible(), id);
  await page.click('#poignee');
  await page.locator('#liste .row').first().click();
  await page.waitForSelector('#titre-fiche');
  await page.finish();
});

/** Presses Tab until something that answers to a selector has the keyboard. */
async function tabTo(page, selector, most = 60) {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate((one) => document.activeElement.matches(one), selector)) return;
  }
  assert.fail(`'${selector}' is not reached in ${most} steps`);
}

test('by keyboard alone: search, filter, open a marker, read its sheet, come back', async () => {
  const page = await openPage(browser, server.url);
  await settled(page);
  await tabTo(page, '#champ');
  await page.keyboard.type('martigues');
  await page.waitForSelector('#suggestions [role=option]');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => Number(location.hash.slice(1).split('/')[0]) > 11);
  await settled(page);
  await tabTo(page, '#bouton-filtres');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#t-1');
  await tabTo(page, '#t-1');
  await page.keyboard.press('Space');
  await page.waitForFunction(() => location.search.includes('theme=1'));
  await page.keyboard.press('Escape');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'bouton-filtres');
  await settled(page);
  await tabTo(page, '.reach');
  const told = await page.getAttribute('#repere', 'aria-label');
  assert.match(told, /Entrée pour/);
  await page.keyboard.press('Enter');
  await settled(page);
  await tabTo(page, '#liste .row', 80);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#titre-fiche');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'titre-fiche');
  await page.keyboard.press('Escape');
  await page.waitForSelector('#fiche', { state: 'hidden' });
  await page.waitForFunction(() => document.activeElement.matches('#liste .row'));
  await page.finish();
});
