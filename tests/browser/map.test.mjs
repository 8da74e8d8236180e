/* The map in a real browser: what one sees, clicks and shares. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  openPage,
  pixelOf,
  placeOf,
  settled,
  startBrowser,
  startServer,
  total,
} from './harness.mjs';

let server;
let browser;
const url = (rest = '') => server.url + rest;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** The feature with the largest count that stands free of what lies over the map's edges. */
async function largest(page, features) {
  const frame = await page.locator('#carte').boundingBox();
  const placed = await Promise.all(
    features.map(async (feature) => ({
      feature,
      at: await pixelOf(page, feature.geometry.coordinates),
    })),
  );
  return placed
    .filter(
      ({ at }) =>
        at.x > frame.x + 60 &&
        at.x < frame.x + frame.width - 90 &&
        at.y > frame.y + 80 &&
        at.y < frame.y + frame.height - 140,
    )
    .sort((a, b) => b.feature.properties.count - a.feature.properties.count)[0];
}

/** The newest answer of /map that the page has shown. */
async function answerOf(page) {
  await settled(page);
  while (!page.map.answer) await page.waitForTimeout(50);
  return page.map.answer;
}

test('the first view shows the headline figures, computed, and says that the data are synthetic', async () => {
  const page = await openPage(browser, url());
  await settled(page);
  const summary = await (await page.request.get(url('summary'))).json();
  const figures = (await page.textContent('.figures')).replace(/\s/g, '');
  assert.ok(figures.includes(String(summary.labelled_communes)), figures);
  assert.ok(figures.includes(String(summary.initiatives)), figures);
  assert.match(figures, /\d+(,\d)?Md’habitants/);
  assert.equal(await page.locator('#chiffres .synthetic').count(), summary.synthetic ? 1 : 0);
  assert.ok((await total(page)) > 0);
  await page.finish();
});

test('the first view is light: under 400 kB as sent, what workers ask for too', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const asked = [];
  page.on('request', (request) => {
    if (!/^(blob|data):/.test(request.url())) asked.push(request.url());
  });
  await page.goto(url());
  await settled(page);
  assert.ok(asked.some((one) => one.includes('monde.json')), 'the basemap is not among them');
  const sizes = await Promise.all(
    [...new Set(asked)].map(async (one) => {
      const headers = { 'Accept-Encoding': 'br, gzip', Accept: one === url() ? 'text/html' : '*/*' };
      const answer = await context.request.get(one, { headers });
      return Number(answer.headers()['content-length'] ?? (await answer.body()).length);
    }),
  );
  await context.close();
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  assert.ok(bytes > 250e3 && bytes < 400e3, `${bytes} bytes were sent`);
});

test('panning asks for what comes into view, and the list follows', async () => {
  const page = await openPage(browser, url('#8/45.75/4.85'));
  await settled(page);
  const [first, asked] = [await total(page), page.map.urls.length];
  const frame = await page.locator('#carte').boundingBox();
  await page.mouse.move(frame.x + 600, frame.y + 400);
  await page.mouse.down();
  await page.mouse.move(frame.x + 100, frame.y + 300, { steps: 8 });
  await page.mouse.up();
  await page.waitForFunction(
    (before) => document.getElementById('total').textContent.replace(/\D/g, '') !== String(before),
    first,
  );
  await settled(page);
  assert.ok(placeOf(page).lon > 5, page.url());
  assert.ok(page.map.urls.length > asked, 'nothing was asked');
  await page.finish();
});

test('the list says how many there are, and shows more on demand', async () => {
  const page = await openPage(browser, url());
  await settled(page);
  const count = await total(page);
  assert.equal(await page.locator('#liste .row').count(), 20);
  assert.match(
    (await page.textContent('#suite')).replace(/\s/g, ''),
    new RegExp(`20affichéessur${count}`),
  );
  await page.click('text=Afficher plus');
  await page.waitForFunction(() => document.querySelectorAll('#liste .row').length === 40);
  const ids = await page
    .locator('#liste .row')
    .evaluateAll((rows) => rows.map((row) => row.dataset.id));
  assert.equal(new Set(ids).size, 40);
  assert.equal(await page.evaluate(() => document.activeElement.dataset.id), ids[20]);
  await page.finish();
});

test('a click on a cluster zooms to where it parts', async () => {
  const page = await openPage(browser, url());
  const answer = await answerOf(page);
  assert.equal(answer.mode, 'clusters');
  const { feature, at } = await largest(
    page,
    answer.features.filter(({ properties }) => properties.cluster),
  );
  const { zoom } = placeOf(page);
  await page.mouse.click(at.x, at.y);
  await page.waitForFunction(
    (before) => Number(location.hash.slice(1).split('/')[0]) > before,
    zoom,
  );
  assert.ok(
    placeOf(page).zoom >= Math.min(18, feature.properties.expansion_zoom - 1) - 0.01,
    page.url(),
  );
  await page.finish();
});

test('a stack lists all its sheets', async () => {
  const around = await (await fetch(url('map?bbox=4.7,45.6,5,45.9&zoom=22'))).json();
  const most = around.features
    .filter(({ properties }) => properties.stack)
    .sort((a, b) => b.properties.count - a.properties.count)[0];
  const [lon, lat] = most.geometry.coordinates;
  const page = await openPage(browser, url(`#15/${lat}/${lon}`));
  const answer = await answerOf(page);
  const found = await largest(
    page,
    answer.features.filter(({ properties }) => properties.stack),
  );
  assert.ok(found, 'no stack in the view');
  await page.mouse.click(found.at.x, found.at.y);
  await page.waitForSelector('text=au même endroit');
  assert.equal(await total(page), found.feature.properties.count);
  assert.match(page.url(), /pile=/);
  await page.click('text=Toute la vue');
  await page.waitForSelector('text=dans cette vue');
  assert.doesNotMatch(page.url(), /pile=/);
  await page.finish();
});

test('the search finds a commune by keyboard and goes there; back returns', async () => {
  const page = await openPage(browser, url());
  await settled(page);
  const start = placeOf(page);
  await page.fill('#champ', 'martig');
  await page.waitForSelector('#suggestions [role=option]');
  await page.keyboard.press('ArrowDown');
  assert.match(await page.textContent('[aria-selected=true]'), /Martigues/);
  const active = await page.getAttribute('#champ', 'aria-activedescendant');
  assert.equal(await page.getAttribute(`#${active}`, 'aria-selected'), 'true');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => Number(location.hash.slice(1).split('/')[0]) > 11);
  await settled(page);
  const place = placeOf(page);
  assert.ok(Math.abs(place.lon - 5.05) < 0.1 && Math.abs(place.lat - 43.4) < 0.1, page.url());
  assert.ok(await page.locator('#suggestions').isHidden());
  await page.goBack();
  await page.waitForFunction(
    (zoom) => Math.abs(Number(location.hash.slice(1).split('/')[0]) - zoom) < 0.1,
    start.zoom,
  );
  await page.finish();
});

test('escape closes the suggestions, then empties the box', async () => {
  const page = await openPage(browser, url());
  await settled(page);
  await page.fill('#champ', 'lyon');
  await page.waitForSelector('#suggestions [role=option]');
  await page.keyboard.press('Escape');
  assert.ok(await page.locator('#suggestions').isHidden());
  assert.equal(await page.inputValue('#champ'), 'lyon');
  await page.keyboard.press('Escape');
  assert.equal(await page.inputValue('#champ'), '');
  await page.finish();
});

test('filters change the counts and the address, and reload keeps them', async () => {
  const page = await openPage(browser, url());
  await settled(page);
  const all = await total(page);
  await page.click('#axes [data-axe="2"]');
  await page.waitForFunction(
    (before) => document.getElementById('total').textContent.replace(/\D/g, '') !== String(before),
    all,
  );
  const some = await total(page);
  assert.ok(some > 0 && some < all, `${some} of ${all}`);
  assert.match(page.url(), /[?&]theme=2/);
  await page.click('#bouton-filtres');
  await page.waitForFunction(
    (count) =>
      document
        .querySelector('#t-2')
        .closest('.choice')
        .querySelector('.count')
        .textContent.replace(/\D/g, '') === String(count),
    some,
  );
  await page.selectOption('#f-de', '2018');
  await page.waitForFunction(() => location.search.includes('de=2018'));
  await page.click('#n-5');
  await page.waitForFunction(() => location.search.includes('label=5'));
  await page.click('#filtres .view-foot .strong');
  await settled(page);
  const fewer = await total(page);
  assert.ok(fewer > 0 && fewer < some, `${fewer} of ${some}`);
  await page.reload();
  await settled(page);
  assert.equal(await total(page), fewer);
  assert.equal(await page.locator('#puces .chip').count(), 3);
  await page.click('text=Tout effacer');
  await page.waitForFunction(
    (count) => document.getElementById('total').textContent.replace(/\D/g, '') === String(count),
    all,
  );
  assert.doesNotMatch(page.url(), /theme=|de=|label=/);
  await page.goBack();
  await page.waitForFunction(
    (count) => document.getElementById('total').textContent.replace(/\D/g, '') === String(count),
    fewer,
  );
  await page.finish();
});

test('themes at different levels are joined, and parts make a whole', async () => {
  const page = await openPage(browser, url('?theme=1a,2'));
  await settled(page);
  const joined = await total(page);
  const both =
    (await (await page.request.get(url('counts?by=axe&enjeu=1a'))).json()).total +
    (await (await page.request.get(url('counts?by=axe&axe=2'))).json()).total;
  assert.ok(joined > 0 && joined <= both, `${joined} of at most ${both}`);
  await page.click('#bouton-filtres');
  assert.equal(await page.locator('#t-1').evaluate((box) => box.indeterminate), true);
  assert.ok(await page.isChecked('#t-2'));
  await page.check('#t-1b');
  await page.check('#t-1c');
  await page.waitForFunction(() => new URLSearchParams(location.search).get('theme') === '1,2');
  assert.ok(await page.isChecked('#t-1'));
  await page.uncheck('#t-1a');
  await page.waitForFunction(() => new URLSearchParams(location.search).get('theme') === '1b,1c,2');
  await page.finish();
});

test('a sheet opens with all it has, and closing gives the keyboard back', async () => {
  const page = await openPage(browser, url());
  await settled(page);
  const row = page.locator('#liste .row').nth(2);
  const [id, title] = [
    await row.getAttribute('data-id'),
    await row.locator('.row-title').textContent(),
  ];
  await row.click();
  await page.waitForSelector('#titre-fiche');
  assert.equal(await page.textContent('#titre-fiche'), title);
  assert.match(page.url(), new RegExp(`fiche=${id}`));
  assert.equal(await page.evaluate(() => document.activeElement.id), 'titre-fiche');
  const { properties } = await (
    await page.request.get(url(`collections/initiatives/items/${id}`))
  ).json();
  const text = (await page.textContent('#fiche')).replace(/\s+/g, ' ');
  for (const part of [
    properties.actions.split('\n')[0],
    properties.commune_nom,
    properties.lieu?.nom ?? '',
  ])
    assert.ok(text.includes(part.replace(/\s+/g, ' ')), part);
  assert.equal(await page.locator('#fiche .axe-chip').count(), properties.themes.length);
  await page.keyboard.press('Escape');
  await page.waitForSelector('#fiche', { state: 'hidden' });
  await page.waitForFunction((wanted) => document.activeElement.dataset.id === wanted, id);
  await page.goForward();
  await page.waitForSelector('#fiche h2');
  await page.reload();
  await page.waitForSelector('#fiche h2');
  assert.equal(await page.textContent('#titre-fiche'), title);
  await page.click('#fermer-fiche');
  await page.waitForSelector('#fiche', { state: 'hidden' });
  await page.finish();
});

test('a sheet that is not there is said so', async () => {
  const page = await openPage(browser, url('?fiche=999999999'));
  await page.waitForSelector('text=Cette fiche n’existe pas');
  assert.deepEqual(
    page.faults.filter((fault) => !fault.includes('404')),
    [],
  );
  await page.context().close();
});

test('a territory is one press away, across the antimeridian too', async () => {
  const page = await openPage(browser, url());
  await settled(page);
  await page.click('#territoires [data-code="974"]');
  await page.waitForFunction(() => Math.abs(Number(location.hash.split('/')[2]) - 55.5) < 0.3);
  await settled(page);
  assert.ok((await total(page)) > 0);
  await page.goto(url('#3/0/179'));
  await page.reload();
  await settled(page);
  await total(page);
  await page.finish();
});
