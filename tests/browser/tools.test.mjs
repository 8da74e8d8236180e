/* What is beside the list: where I am, sharing, files of what is shown, territory and words. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openPage, placeOf, settled, startBrowser, startServer, total } from './harness.mjs';

let server;
let browser;
const url = (rest = '') => server.url + rest;
const ask = async (path) => (await fetch(url(path))).json();

before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Waits until the list has another total. */
const totalOtherThan = (page, before) =>
  page.waitForFunction(
    (old) => {
      const words = document.getElementById('total').textContent;
      return /initiative/.test(words) && words.replace(/\D/g, '') !== String(old);
    },
    before,
  );

test('where I am leads to my commune', async () => {
  const page = await openPage(browser, url(), {
    permissions: ['geolocation'],
    geolocation: { longitude: 5.0476, latitude: 43.4053 },
  });
  await settled(page);
  const at = await ask('communes/at?lon=5.0476&lat=43.4053');
  const commune = (at.containing ?? at.nearest[0]).properties;
  await page.click('#localiser');
  await page.waitForFunction(
    (nom) => document.getElementById('panne').textContent.includes(nom),
    commune.nom,
  );
  await page.waitForFunction(() => Number(location.hash.slice(1).split('/')[0]) > 11);
  assert.ok(Math.abs(placeOf(page).lon - 5.0476) < 0.01, page.url());
  assert.ok((await page.textContent('#annonce')).length > 0);
  if (at.containing) assert.match(page.url(), new RegExp(`commune=${commune.code}`));
  await page.finish();
});

test('a position that is not shared is said, and how to go on', async () => {
  const page = await openPage(browser, url(), { permissions: [] });
  await settled(page);
  await page.click('#localiser');
  await page.waitForSelector('#panne:not([hidden])');
  assert.match(await page.textContent('#panne'), /cherchez votre commune par son nom/);
  await page.click('#panne button');
  await page.waitForSelector('#panne', { state: 'hidden' });
  await page.finish();
});

test('the address of what is shown is copied', async () => {
  const page = await openPage(browser, url('?theme=2#8/45.75/4.85'), {
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await settled(page);
  await page.evaluate(() => Object.defineProperty(navigator, 'share', { value: undefined }));
  await page.click('#outils [data-outil="partager"]');
  await page.waitForSelector('#outils >> text=Lien copié');
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), page.url());
  await page.finish();
});

test('where the system shares, it is asked to', async () => {
  const page = await openPage(browser, url('?theme=2'));
  await settled(page);
  await page.evaluate(() => {
    Object.defineProperty(navigator, 'share', {
      value: async (what) => {
        window.shared = what;
      },
    });
  });
  await page.click('#outils [data-outil="partager"]');
  assert.equal((await page.evaluate(() => window.shared)).url, page.url());
  await page.finish();
});

test('the files are those of the view and its filters, whole', async () => {
  const page = await openPage(browser, url('?axe=&theme=2&de=2015#9/45.75/4.85'));
  await settled(page);
  const count = await total(page);
  assert.ok(count > 20);
  await page.click('.downloads summary');
  assert.equal(Number((await page.textContent('.downloads-box p')).replace(/\D/g, '')), count);
  const hrefOf = (format) => page.getAttribute(`[data-format="${format}"]`, 'href');
  for (const format of ['csv', 'gpkg']) {
    const answer = await fetch(await hrefOf(format));
    await answer.arrayBuffer();
    assert.equal(Number(answer.headers.get('ogc-numberreturned')), count, format);
  }
  const collection = await (await fetch(await hrefOf('geojson'))).json();
  assert.equal(collection.features.length, count);
  await page.finish();
});

test('a territory is chosen among those of the view, with what each would leave', async () => {
  const page = await openPage(browser, url());
  await settled(page);
  const all = await total(page);
  await page.click('#bouton-filtres');
  const option = page.locator('#f-territoire option[value="69"]');
  await option.waitFor({ state: 'attached' });
  const count = Number((await option.textContent()).replace(/^.*\(/, '').replace(/\D/g, ''));
  await page.selectOption('#f-territoire', '69');
  await page.waitForFunction(() => location.search.includes('departement=69'));
  await totalOtherThan(page, all);
  assert.equal(await total(page), count);
  assert.match(await page.textContent('#puces'), /Rhône/);
  await page.selectOption('#f-genre', 'region');
  await page.waitForFunction(() => !location.search.includes('departement='));
  await page.locator('#f-territoire option[value="84"]').waitFor({ state: 'attached' });
  await page.finish();
});

test('words are a filter among the others', async () => {
  const page = await openPage(browser, url());
  await settled(page);
  const all = await total(page);
  await page.click('#bouton-filtres');
  await page.fill('#f-mots', 'bibliothèque');
  await page.press('#f-mots', 'Enter');
  await page.waitForFunction(() => new URLSearchParams(location.search).get('q') === 'bibliothèque');
  await totalOtherThan(page, all);
  const some = await total(page);
  assert.ok(some > 0 && some < all, `${some} of ${all}`);
  await page.click('#filtres .view-foot .strong');
  await page.click('#puces .chip');
  await page.waitForFunction(() => !location.search.includes('q='));
  await page.finish();
});
