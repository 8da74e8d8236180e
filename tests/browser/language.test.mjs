/*
 * The map in English: none of the French words is left, in any state that a reader reaches.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { openPage, settled, startBrowser, startServer } from './harness.mjs';

const words = (name) =>
  JSON.parse(readFileSync(new URL(`../../server/web/words/${name}.json`, import.meta.url), 'utf8'));
const textsOf = (one) => (typeof one === 'string' ? [one] : Object.values(one));

/** What is said in French alone: the longest pieces between the places of its texts. */
function frenchAlone() {
  const [french, english] = [words('fr'), words('en')];
  const said = Object.values(english).flatMap((keys) => Object.values(keys).flatMap(textsOf)).join('\n');
  return ['map', 'home', 'shell']
    .flatMap((section) => Object.values(french[section]).flatMap(textsOf))
    .flatMap((text) => text.split(/\{[^}]*\}/))
    .map((piece) => piece.replace(/[\s\u00a0:·«»,.]+$/u, '').trim())
    .filter((piece) => piece.length >= 6 && !said.toLowerCase().includes(piece.toLowerCase()));
}

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

/** All that is shown or told, without what is marked as French: titles and texts of sheets. */
const told = (page) =>
  page.evaluate(() => {
    const copy = document.body.cloneNode(true);
    for (const node of copy.querySelectorAll('[lang=fr], script, noscript')) node.remove();
    const named = [...copy.querySelectorAll('[aria-label], [title], [placeholder]')].flatMap((node) =>
      ['aria-label', 'title', 'placeholder'].map((name) => node.getAttribute(name) ?? ''),
    );
    return [copy.textContent, ...named].join('\n');
  });

const STATES = {
  list: async () => {},
  filters: async (page) => {
    await page.click('#bouton-filtres');
    await page.waitForSelector('.bars button');
  },
  'chips, and nothing found': async (page) => {
    await page.goto(`${server.url}?lang=en&de=1990&a=1991&label=5&theme=1a#6/46/2`);
    await page.waitForSelector('.empty');
  },
  sheet: async (page) => {
    await page.locator('.row').first().click();
    await page.waitForSelector('.fiche-foot');
  },
  'a sheet that is none': async (page) => {
    await page.goto(`${server.url}?lang=en&fiche=99999999`);
    await page.waitForSelector('#fiche .empty');
    page.faults.length = 0; // the browser tells of the 404
  },
};

for (const [name, reach] of Object.entries(STATES))
  test(`in English, ${name}`, async () => {
    const page = await openPage(browser, `${server.url}?lang=en`, { locale: 'en-GB' });
    await settled(page);
    await reach(page);
    const text = (await told(page)).toLowerCase();
    assert.deepEqual(frenchAlone().filter((piece) => text.includes(piece.toLowerCase())), []);
    assert.equal(await page.getAttribute('html', 'lang'), 'en');
    await page.finish();
  });

test('numbers and days are written as each language does', async () => {
  for (const [lang, count] of [
    ['fr', /^[\d\s\u00a0]+\u00a0initiatives dans cette vue$/u],
    ['en', /^[\d,]+\u00a0initiatives in this view$/u],
  ]) {
    const page = await openPage(browser, `${server.url}?lang=${lang}`);
    await settled(page);
    assert.match(await page.textContent('#total'), count);
    await page.finish();
  }
});
