/* Territories on the page: drawn from vector tiles, coloured, chosen; and the page without them. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openPage, settled, startBrowser, startServer, total } from './harness.mjs';

const CONTOURS = fileURLToPath(
  new URL('../../fixtures/contours-synthetiques.geojson', import.meta.url),
);
/** The middle of the synthetic country: two départements side by side, 17 communes. */
const PLACE = '#10/46.4/5.42';

let server;
let browser;
const url = (rest = '') => server.url + rest;

before(async () => {
  server = await startServer(CONTOURS);
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const ask = async (path) => (await fetch(url(path))).json();

/** The territories that are drawn: code, properties, and the colour of each as "rgb(…)". */
async function drawn(page) {
  await settled(page);
  return page.evaluate(() => {
    const found = window.drawnMap.queryRenderedFeatures({ layers: ['territoires-aires'] });
    const byCode = new Map(
      found.map(({ properties, layer }) => {
        const { r, g, b } = layer.paint['fill-color'];
        const colour = `rgb(${[r, g, b].map((part) => Math.round(part * 255)).join(', ')})`;
        return [properties.code, { ...properties, colour }];
      }),
    );
    return [...byCode.values()].sort((one, other) => (one.code < other.code ? -1 : 1));
  });
}

/** The legend: least value (NaN: of nothing known) and colour of each row. */
function legend(page) {
  return page.$$eval('.legend li', (rows) =>
    rows.map((row) => {
      const [first] = row.textContent.replaceAll(',', '.').match(/[\d.]+/) ?? [];
      const words = row.textContent;
      const least = /aucune|sans/.test(words)
        ? 0
        : words.includes('moins')
          ? Number.MIN_VALUE
          : Number(first);
      return { least, colour: getComputedStyle(row.firstElementChild).backgroundColor };
    }),
  );
}

/** Waits until the territories drawn are of some number. */
async function drawnAre(page, count) {
  await page.waitForFunction(
    (wanted) =>
      window.drawnMap?.getLayer('territoires-aires') &&
      new Set(
        window.drawnMap
          .queryRenderedFeatures({ layers: ['territoires-aires'] })
          .map(({ properties }) => properties.code),
      ).size === wanted,
    count,
  );
  return drawn(page);
}

const press = (page, name, value) => page.click(`input[name=${name}][value=${value}] + span`);

test('départements are drawn in the colours that the legend says', async () => {
  const page = await openPage(browser, url(`?par=departement${PLACE}`));
  const areas = await drawnAre(page, 2);
  const { counts } = await ask('counts?by=departement');
  const rows = await legend(page);
  assert.equal(rows.length, 7);
  for (const { code, initiatives, population, colour } of areas) {
    assert.equal(initiatives, counts.find(({ key }) => key === code)?.count ?? 0);
    const rate = (initiatives / population) * 10000;
    const row = rows.filter(({ least }) => least <= rate).at(-1);
    assert.equal(colour, row.colour, `${code}: ${rate} for 10 000`);
  }
  assert.ok(areas.some(({ initiatives }) => initiatives > 0));
  await page.finish();
});

test('the map is cut by what is chosen, else by what suits the zoom; reload keeps it', async () => {
  const page = await openPage(browser, url(PLACE));
  await drawnAre(page, 17);
  assert.ok(await page.isChecked('input[name=par][value=commune]'));
  await press(page, 'par', 'region');
  await drawnAre(page, 2);
  assert.match(page.url(), /[?&]par=region/);
  await page.reload();
  await settled(page);
  assert.ok(await page.isChecked('input[name=par][value=region]'));
  await page.click('text=Suivre le zoom');
  await drawnAre(page, 17);
  assert.doesNotMatch(page.url(), /par=/);
  await page.finish();
});

test('the arrows change the choice', async () => {
  const page = await openPage(browser, url(`?par=departement${PLACE}`));
  await drawnAre(page, 2);
  await page.focus('input[name=par][value=departement]');
  await page.keyboard.press('ArrowLeft');
  await page.waitForFunction(() => location.search.includes('par=epci'));
  await drawnAre(page, 4);
  await page.finish();
});

for (const width of [320, 768, 1440]) {
  test(`the choice of territories is no wider than the panel at ${width} px`, async () => {
    const viewport = { width, height: 800 };
    const page = await openPage(browser, url('?par=departement#5/46.5/2.5'), { viewport });
    await settled(page);
    if (width < 720) await page.click('#poignee');
    await page.$$eval('.areas, .areas details', (all) => all.forEach((one) => (one.open = true)));
    await page.waitForSelector('.area-row');
    const over = await page.evaluate(() => {
      const panel = document.getElementById('panneau');
      const { right } = document.querySelector('.areas').getBoundingClientRect();
      return [...document.querySelectorAll('.areas *')]
        .filter((node) => !node.closest('.sr-only') && node.checkVisibility())
        .filter((node) => node.getBoundingClientRect().right > right + 0.5)
        .map((node) => node.outerHTML.slice(0, 80))
        .concat(panel.scrollWidth > panel.clientWidth ? ['the panel'] : []);
    });
    assert.deepEqual(over, []);
    await page.finish();
  });
}

test('filters reach the counts of the tiles', async () => {
  const page = await openPage(browser, url(`?par=departement&theme=2${PLACE}`));
  const { counts } = await ask('counts?by=departement&axe=2');
  for (const { code, initiatives } of await drawnAre(page, 2))
    assert.equal(initiatives, counts.find(({ key }) => key === code)?.count ?? 0);
  await page.finish();
});

test('communes are coloured by their label', async () => {
  const page = await openPage(browser, url(`?par=commune&teinte=label${PLACE}`));
  const areas = await drawnAre(page, 17);
  const rows = await legend(page);
  assert.equal(rows.length, 6);
  const colours = await page.$$eval('.legend .swatch', (swatches) =>
    swatches.map((swatch) => getComputedStyle(swatch).backgroundColor),
  );
  for (const { niveau, colour } of areas) assert.equal(colour, colours[niveau ?? 0]);
  await press(page, 'teinte', 'aucune');
  await page.waitForFunction(() => !document.querySelector('.legend'));
  assert.match(page.url(), /teinte=aucune/);
  await page.finish();
});

test('the pointer tells of a territory, a click chooses it, another leaves it', async () => {
  const page = await openPage(browser, url(`?par=departement${PLACE}`));
  const areas = await drawnAre(page, 2);
  const at = await page.evaluate(() => {
    const [feature] = window.drawnMap.queryRenderedFeatures({ layers: ['territoires-noms'] });
    const { x, y } = window.drawnMap.project(feature.geometry.coordinates);
    const frame = document.getElementById('carte').getBoundingClientRect();
    return { x: frame.x + x, y: frame.y + y, code: feature.properties.code };
  });
  const area = areas.find(({ code }) => code === at.code);
  await page.mouse.move(at.x, at.y);
  await page.waitForSelector(`.bulle strong:has-text("${area.nom}")`);
  const words = (await page.textContent('.bulle')).replace(/[\s\u00a0]/g, '');
  assert.ok(words.includes(`${area.initiatives}initiative`), words);
  assert.ok(words.includes(`${area.population}habitants`), words);
  const [, rate] = /([\d,]+)pour10000habitants/.exec(words);
  const exact = (area.initiatives / area.population) * 10000;
  assert.ok(Math.abs(Number(rate.replace(',', '.')) - exact) <= exact / 20, `${rate}: ${exact}`);
  await page.mouse.click(at.x, at.y);
  await page.waitForSelector(`#puces .chip:has-text("${area.nom}")`);
  assert.match(page.url(), new RegExp(`[?&]departement=${at.code}`));
  assert.equal((await drawn(page)).length, 2);
  assert.ok((await page.textContent('#faits')).includes('habitants'));
  await page.reload();
  await page.waitForSelector(`#puces .chip:has-text("${area.nom}")`);
  await settled(page);
  await page.mouse.click(at.x, at.y);
  await page.waitForFunction(() => !location.search.includes('departement='));
  await page.finish();
});

test('a territory is chosen by keyboard from the list of those in the view', async () => {
  const page = await openPage(browser, url('#5/46.5/2.5'));
  await settled(page);
  await page.focus('.areas details summary');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.area-row');
  const row = page.locator('.area-row').first();
  const [code, words] = [await row.getAttribute('data-code'), await row.textContent()];
  await row.focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction((of) => location.search.includes(`departement=${of}`), code);
  await settled(page);
  assert.equal(await total(page), Number(words.replace(/\D/g, '')));
  assert.equal(await page.getAttribute(`.area-row[data-code="${code}"]`, 'aria-pressed'), 'true');
  assert.equal(await page.evaluate(() => document.activeElement.dataset.code), code);
  await page.finish();
});

test('a cluster is a ring of the shares of its axes', async () => {
  const page = await openPage(browser, url());
  await settled(page);
  const images = await page.evaluate(() =>
    window.drawnMap
      .queryRenderedFeatures({ layers: ['initiatives'] })
      .filter(({ properties }) => properties.cluster)
      .map(({ properties }) => [properties.image, window.drawnMap.hasImage(properties.image)]),
  );
  assert.ok(images.length > 5, `${images.length} clusters`);
  for (const [image, drawnToo] of images) {
    const [, shares] = /^cluster-\d-([\d.]+)-l$/.exec(image);
    const sum = shares.split('.').reduce((all, share) => all + Number(share), 0);
    assert.equal(sum, 16, image);
    assert.ok(drawnToo, image);
  }
  await page.finish();
});

test('clusters and stacks are reached by keyboard', async () => {
  const page = await openPage(browser, url('#5/46.5/2.5'));
  await settled(page);
  await page.focus('#repere');
  const first = await page.getAttribute('#repere', 'aria-label');
  assert.match(first, /groupe/);
  await page.keyboard.press('ArrowRight');
  const second = await page.getAttribute('#repere', 'aria-label');
  assert.notEqual(second, first);
  assert.equal(await page.textContent('#annonce'), second);
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => Number(location.hash.slice(1).split('/')[0]) > 5.4);

  const around = await ask('map?bbox=4.7,45.6,5,45.9&zoom=22');
  const stack = around.features.find(({ properties }) => properties.stack);
  const [lon, lat] = stack.geometry.coordinates;
  await page.goto(url(`#16/${lat}/${lon}`));
  await page.reload();
  await settled(page);
  await page.focus('#repere');
  assert.match(await page.getAttribute('#repere', 'aria-label'), /au même endroit/);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#total:has-text("au même endroit")');
  assert.equal(await total(page), stack.properties.count);
  await page.finish();
});

test('without contours the page says how they are added, and asks for no territories', async () => {
  const plain = await startServer();
  try {
    const page = await openPage(browser, plain.url);
    await settled(page);
    const { contours } = await (await fetch(`${plain.url}summary`)).json();
    const said = await page.locator('text=arobase import contours').count();
    assert.equal(said, contours ? 0 : 1);
    const tiles = page.asked.filter((address) => address.includes('/tiles/'));
    assert.equal(tiles.length > 0, contours > 0);
    assert.ok((await total(page)) > 0);
    await page.finish();
  } finally {
    await plain.stop();
  }
});

test('where no map can be drawn, the list and the search work and the page says so', async () => {
  const blind = await startBrowser({ webgl: false });
  try {
    const page = await openPage(blind, url());
    await page.waitForSelector('text=La carte ne peut pas être dessinée');
    const all = await total(page);
    await page.click('#axes [data-axe="2"]');
    await page.waitForFunction(
      (before) =>
        document.getElementById('total').textContent.replace(/\D/g, '') !== String(before),
      all,
    );
    await page.fill('#champ', 'martigues');
    await page.waitForSelector('#suggestions [role=option]');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => Number(location.hash.slice(1).split('/')[0]) > 11);
    await page.waitForFunction(() =>
      document.querySelector('#liste .row-where')?.textContent.includes('Martigues'),
    );
    await page.locator('#liste .row').first().click();
    await page.waitForSelector('#titre-fiche');
    await page.finish();
  } finally {
    await blind.close();
  }
});
