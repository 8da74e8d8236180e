/*
 * What every browser test stands on: the real server on a free port with the demo's data, and a
 * Chromium whose pages may ask nothing of any other machine and must not complain.
 *
 * AROBASE is the program (build/server/arobase), AROBASE_FIXTURES the generator beside it,
 * AROBASE_DEMO_STORE a store that is already made, AROBASE_URL a server that already runs.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const AROBASE = process.env.AROBASE ?? path.join(ROOT, 'build/server/arobase');
const GENERATOR =
  process.env.AROBASE_FIXTURES ?? path.join(ROOT, 'build/fixtures/arobase-fixtures');
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const START_MS = 20000;
/** A software renderer on a busy machine takes its time. */
const PATIENCE_MS = 30000;

const KINDS = ['regions', 'departements', 'epcis', 'communes', 'communes-anciennes', 'themes'];

/** Makes the demo's store in a folder, with contours where a file of them is given. */
function makeStore(folder, contours) {
  const store = path.join(folder, 'demo.sqlite');
  const sheets = path.join(folder, 'initiatives.csv');
  const fixture = (name) => path.join(ROOT, 'fixtures', name);
  const run = (...words) =>
    execFileSync(AROBASE, words, { stdio: ['ignore', 'ignore', 'inherit'] });
  execFileSync(GENERATOR, [
    'initiatives',
    '--communes',
    fixture('communes.csv'),
    '--labels',
    fixture('labels-synthetiques.csv'),
    '--themes',
    fixture('themes.csv'),
    '--count',
    '11784',
    '--seed',
    '1',
    '--output',
    sheets,
  ]);
  run('init', '--store', store);
  for (const kind of KINDS) run('import', kind, fixture(`${kind}.csv`), '--store', store);
  run('import', 'labels', fixture('labels-synthetiques.csv'), '--store', store);
  run('import', 'initiatives', sheets, '--store', store);
  if (contours) run('import', 'contours', contours, '--store', store);
  return store;
}

/** Resolves to the address that the program says it listens on. */
function addressOf(program) {
  return new Promise((resolve, reject) => {
    const said = [];
    const timer = setTimeout(
      () => reject(new Error(`the server did not start:\n${said.join('\n')}`)),
      START_MS,
    );
    program.on('exit', (code) =>
      reject(new Error(`the server ended with ${code}:\n${said.join('\n')}`)),
    );
    createInterface({ input: program.stderr }).on('line', (line) => {
      said.push(line);
      const found = /listening on (http:\/\/\S+)/.exec(line);
      if (!found) return;
      clearTimeout(timer);
      resolve(`${found[1].replace(/\/$/, '')}/`);
    });
  });
}

/**
 * @param {string} [contours]  a file of contours: then with the demo's own data, and these
 * @return {Promise<{url: string, stop: function(): Promise<void>}>}
 */
export async function startServer(contours) {
  if (process.env.AROBASE_URL && !contours)
    return { url: process.env.AROBASE_URL, stop: async () => {} };
  assert.ok(existsSync(AROBASE), `there is no program '${AROBASE}': run ./dev setup`);
  const folder = mkdtempSync(path.join(tmpdir(), 'arobase-browser-'));
  const ready = contours ? undefined : process.env.AROBASE_DEMO_STORE;
  const store = ready ?? makeStore(folder, contours);
  const program = spawn(
    AROBASE,
    ['serve', '--store', store, '--listen', '127.0.0.1:0', '--metrics-listen', 'none'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = new Promise((resolve) => {
    program.on('exit', resolve);
  });
  const stop = async () => {
    program.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return { url: await addressOf(program), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const DRAWING = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
const NO_DRAWING = ['--disable-gpu', '--disable-3d-apis'];

/** @param {{webgl: boolean}} [how]  whether pages can draw a map */
export function startBrowser({ webgl = true } = {}) {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      ...(webgl ? DRAWING : NO_DRAWING),
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** In the page, before its scripts: keeps the map that it makes as `drawnMap`. */
export function keepMap() {
  let library;
  Object.defineProperty(window, 'maplibregl', {
    get: () => library,
    set(loaded) {
      library = loaded;
      library.Map = class extends loaded.Map {
        constructor(options) {
          super(options);
          window.drawnMap = this;
        }
      };
    },
  });
}

/**
 * Opens a page that notes what it should not do (call `page.finish()` at the end of a test), what
 * it asks for (`page.asked`), the newest answer of /map (`page.map`) and, in the page, the map.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {string} url
 * @param {Object} [how]  options of the browser's context
 */
export async function openPage(browser, url, how = {}) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: 'fr-FR',
    reducedMotion: 'reduce',
    ...how,
  });
  await context.addInitScript(keepMap);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const faults = [];
  page.asked = [];
  const { origin } = new URL(url);
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`exception: ${error.stack ?? error}`));
  page.on('request', (request) => {
    const asked = request.url();
    page.asked.push(asked);
    if (!/^(blob|data):/.test(asked) && new URL(asked).origin !== origin)
      faults.push(`request off the machine: ${asked}`);
  });
  page.finish = async () => {
    await context.close();
    assert.deepEqual(faults, []);
  };
  page.faults = faults;
  page.map = watchMap(page);
  await page.goto(url);
  return page;
}

/** Waits until the map has drawn what it asked for. */
export async function settled(page) {
  await page.waitForSelector('#carte[data-calme]', { state: 'attached' });
  await page.waitForSelector('#progres', { state: 'hidden' });
}

/** The number at the head of the list, as the page says it. */
export async function total(page) {
  await page.waitForFunction(() =>
    /^[\d\s\u00a0]+initiative/.test(document.getElementById('total').textContent),
  );
  const text = await page.textContent('#total');
  return Number(text.replace(/initiative.*/, '').replace(/\D/g, ''));
}

/** Zoom, latitude and longitude of the address. */
export function placeOf(page) {
  const [zoom, lat, lon] = new URL(page.url()).hash.slice(1).split('/').map(Number);
  return { zoom, lat, lon };
}

const TILE_PX = 512;

/** Where a position stands on the screen, from the place in the address. */
export async function pixelOf(page, [lon, lat]) {
  const place = placeOf(page);
  const size = TILE_PX * 2 ** place.zoom;
  const x = (degrees) => ((degrees + 180) / 360) * size;
  const y = (degrees) =>
    ((1 - Math.asinh(Math.tan(degrees * (Math.PI / 180))) / Math.PI) / 2) * size;
  const frame = await page.locator('#carte').boundingBox();
  return {
    x: frame.x + frame.width / 2 + x(lon) - x(place.lon),
    y: frame.y + frame.height / 2 + y(lat) - y(place.lat),
  };
}

/** The newest answer of /map to the page, as it comes. */
function watchMap(page) {
  const seen = { answer: null, urls: [] };
  page.on('response', async (response) => {
    const { pathname } = new URL(response.url());
    if (!pathname.endsWith('/map') || !response.ok()) return;
    seen.urls.push(response.url());
    seen.answer = await response.json().catch(() => seen.answer);
  });
  return seen;
}
