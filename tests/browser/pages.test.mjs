/*
 * Every kind of page for people: valid HTML, nothing at fault for axe-core in light and in dark,
 * nothing sideways at 320 px, nothing asked of another machine, and light.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { HtmlValidate } from 'html-validate';
import { assertAccessible } from './axe.mjs';
import { openPage, startBrowser, startServer } from './harness.mjs';

/** Of what a page needs to be read, as sent: its own bytes, styles and scripts. */
const MOST_BYTES = 40e3;
/** The typeface, which every page shares and which the browser keeps. */
const FONT = /\.woff2$/;

const PAGES = [
  'liste',
  'liste?lang=en&q=%C3%A9cole&axe=1&departement=13',
  'liste?axe=nothing',
  'nulle-part',
  'initiatives/0',
  'liste?q=zzzzzzzz',
  'initiatives/5',
  'initiatives/5?lang=en',
  'territoires?f=html',
  'territoires/commune/13056',
  'territoires/commune/13056?lang=en',
  'territoires/departement/13',
  'territoires/epci/200054807',
  'territoires/region/93',
  'themes?f=html',
  'themes/1',
  'themes/1a?lang=en',
  'themes/1a1',
  'a-propos',
  'a-propos?lang=en',
  'accessibilite',
  'accessibilite?lang=en',
  'donnees',
  'donnees?lang=en',
  'integrer?commune=13056',
  'api?f=html',
  'collections?f=html',
  'collections/communes?f=html',
  'collections/communes/items?f=html&limit=10',
  'collections/communes/schema?f=html',
  'conformance?f=html',
  'functions?f=html',
];
/** Not pages to read but to work with: a map, a frame within, every route there is. */
const HEAVY = new Set([
  'api?f=html',
  'collections/communes/items?f=html&limit=10',
  'integrer?commune=13056',
]);

/** Chromium tells of an answer's status; a page that says what is wrong has one. */
const STATUS = /^console: Failed to load resource: the server responded with a status of 4\d\d/;
const WRONG = new Set(['liste?axe=nothing', 'nulle-part', 'initiatives/0']);

function finish(page, way) {
  if (WRONG.has(way)) {
    assert.match(page.faults.shift(), STATUS);
  }
  return page.finish();
}

const validator = new HtmlValidate({
  extends: ['html-validate:standard'],
  rules: {
    // The void style and the long titles of initiatives are a matter of taste, not of validity.
    'void-style': 'off',
    'long-title': 'off',
    'no-trailing-whitespace': 'off',
  },
});

let server;
let browser;
before(async () => {
  server = await startServer();
  browser = await startBrowser({ webgl: false });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function assertValid(url) {
  const answer = await fetch(url, { headers: { Accept: 'text/html' } });
  const html = await answer.text();
  assert.match(answer.headers.get('content-type'), /^text\/html/);
  const report = await validator.validateString(html);
  const faults = report.results.flatMap(({ messages }) =>
    messages.map((fault) => `${fault.line}:${fault.column} ${fault.ruleId}: ${fault.message}`),
  );
  assert.deepEqual(faults, [], url);
}

/** How many bytes come for the page before anyone touches it, the typeface left out. */
async function weightOf(url) {
  const context = await browser.newContext({ viewport: { width: 390, height: 800 } });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  const urls = new Map();
  let bytes = 0;
  await session.send('Network.enable');
  session.on('Network.responseReceived', ({ requestId, response }) =>
    urls.set(requestId, response.url),
  );
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (!FONT.test(urls.get(requestId) ?? '')) bytes += encodedDataLength;
  });
  await page.goto(url, { waitUntil: 'networkidle' });
  await context.close();
  return bytes;
}

for (const way of PAGES)
  describe(`/${way}`, () => {
    test('is valid HTML', () => assertValid(server.url + way));

    for (const colorScheme of ['light', 'dark'])
      test(`is accessible and fits 320 px, ${colorScheme}`, async () => {
        const page = await openPage(browser, server.url + way, {
          colorScheme,
          viewport: { width: 320, height: 640 },
        });
        await page.waitForLoadState('load');
        await assertAccessible(page);
        const sideways = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        assert.equal(sideways, 0, 'the page scrolls sideways');
        await finish(page, way);
      });

    test('says all without JavaScript', async () => {
      const page = await openPage(browser, server.url + way, { javaScriptEnabled: false });
      assert.ok((await page.textContent('h1')).trim());
      assert.ok((await page.textContent('main')).trim().length > 100);
      await finish(page, way);
    });

    if (!HEAVY.has(way))
      test('is light', async () => {
        const bytes = await weightOf(server.url + way);
        assert.ok(bytes > 2000 && bytes < MOST_BYTES, `${bytes} bytes`);
      });
  });
