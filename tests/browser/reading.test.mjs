/*
 * The pages as one who reads them goes through them: by the form, from page to page, without
 * JavaScript and by the keyboard alone.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openPage, startBrowser, startServer } from './harness.mjs';

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

const heading = (page) => page.textContent('main h1');

test('from the form to a sheet, its commune and its theme, without JavaScript', async () => {
  const page = await openPage(browser, `${server.url}liste`, { javaScriptEnabled: false });
  await page.fill('#q', 'école');
  await page.fill('#lieu', 'Marseille (13055)');
  await page.click('summary');
  await page.selectOption('#axe', '3');
  await page.click('.form .action');
  const { searchParams } = new URL(page.url());
  assert.deepEqual([...searchParams.keys()].sort(), ['axe', 'commune', 'q', 'sortby']);
  assert.equal(searchParams.get('commune'), '13055');
  assert.match(await page.textContent('#resultats'), /^\d+ initiatives? dans 1 commune/);
  assert.equal(await page.inputValue('#lieu'), 'Marseille (13055)');
  assert.equal(await page.locator('.chips .chip:not(.plain)').count(), 3);
  const title = await page.locator('.item h3').first().textContent();
  await page.locator('.item h3 a').first().click();
  assert.equal((await heading(page)).trim(), title.trim());
  await page.locator('.sheet-head .item-where a').click();
  assert.match(await heading(page), /^Marseille/);
  assert.ok(await page.getByText('embed.js', { exact: false }).first().isVisible());
  await page.locator('.item-themes a').first().click();
  assert.match(page.url(), /\/themes\/\d/);
  await page.finish();
});

test('a chip takes its filter away, and the next page follows', async () => {
  const page = await openPage(browser, `${server.url}liste?axe=1&departement=13`, {
    javaScriptEnabled: false,
  });
  await page.locator('.chip', { hasText: 'Démocratie' }).click();
  assert.equal(new URL(page.url()).search, '?departement=13');
  const first = await page.locator('.item h3').first().textContent();
  await page.click('a[rel=next]');
  assert.notEqual(await page.locator('.item h3').first().textContent(), first);
  await page.getByRole('link', { name: 'Revenir au début' }).click();
  assert.equal(await page.locator('.item h3').first().textContent(), first);
  await page.finish();
});

test('the form by the keyboard alone', async () => {
  const page = await openPage(browser, `${server.url}liste`);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'q');
  await page.keyboard.type('vote');
  await page.keyboard.press('Enter');
  await page.waitForURL(/q=vote/);
  await page.finish();
});

test('the map of a sheet comes when it is asked for', async () => {
  const page = await openPage(browser, `${server.url}initiatives/5`);
  assert.ok(!page.asked.some((url) => url.includes('maplibre')));
  await page.getByRole('button', { name: 'Afficher la carte' }).click();
  await page.waitForFunction(() => window.drawnMap?.isStyleLoaded());
  assert.ok(await page.locator('.page-map canvas').isVisible());
  assert.ok(await page.getByRole('button', { name: 'Afficher la carte' }).isHidden());
  await page.finish();
});

test('a page in English stays in English', async () => {
  const page = await openPage(browser, `${server.url}liste?lang=en`, { javaScriptEnabled: false });
  for (const click of ['.item h3 a', '.sheet-head .item-where a', '.tree a', '.main-nav a >> nth=3']) {
    await page.locator(click).first().click();
    assert.equal(await page.getAttribute('html', 'lang'), 'en', page.url());
  }
  await page.finish();
});

test('an address that is none offers ways on', async () => {
  const page = await openPage(browser, server.url, { javaScriptEnabled: false });
  await page.goto(`${server.url}nulle/part`);
  assert.match(await heading(page), /n’existe pas/);
  await page.fill('#q', 'fibre');
  await page.click('.form .action');
  assert.match(page.url(), /\/liste\?q=fibre$/);
  assert.match(await page.textContent('#resultats'), /initiatives/);
  page.faults.splice(0, page.faults.length, ...page.faults.filter((one) => !/404/.test(one)));
  await page.finish();
});
