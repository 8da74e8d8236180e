/* Vector tiles as others read them: the reference reader, and MapLibre in a real browser. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { VectorTile } from '@mapbox/vector-tile';
import Pbf from 'pbf';
import { startBrowser, startServer } from './harness.mjs';

const CONTOURS = fileURLToPath(
  new URL('../../fixtures/contours-synthetiques.geojson', import.meta.url),
);

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

async function tile(address) {
  const answer = await fetch(url(`tiles/${address}.mvt`));
  assert.equal(answer.status, 200);
  return new VectorTile(new Pbf(new Uint8Array(await answer.arrayBuffer())));
}

test('the reference reader reads points, stacks and clusters where they are', async () => {
  const answer = await fetch(url('collections/initiatives/items?limit=10000&profile=compact'));
  const { features } = await answer.json();
  const byId = new Map(features.map((feature) => [feature.id, feature]));
  const { layers } = await tile('initiatives/11/1037/704');
  assert.deepEqual(Object.keys(layers).sort(), ['_meta', 'clusters', 'initiatives']);
  const layer = layers.initiatives;
  let points = 0;
  for (let i = 0; i < layer.length; i++) {
    const feature = layer.feature(i);
    if (feature.properties.stack) continue;
    points++;
    const { geometry } = feature.toGeoJSON(1037, 704, 11);
    const want = byId.get(feature.id);
    assert.equal(geometry.type, 'Point');
    for (const axis of [0, 1]) {
      const off = Math.abs(geometry.coordinates[axis] - want.geometry.coordinates[axis]);
      assert.ok(off < 360 / 2 ** 11 / 4096, `${feature.id} is ${off} degrees off`);
    }
    assert.equal(feature.properties.titre, want.properties.titre);
  }
  assert.ok(points > 0);
});

/** Opens a page with nothing but a MapLibre map of the style, on any other site. */
async function openMap(style, { center, zoom }) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.setContent(
    `<link rel="stylesheet" href="${url('assets/vendor/maplibre-gl.css')}">
     <div id="map" style="position:absolute;inset:0"></div>`,
  );
  await page.addScriptTag({ url: url('assets/vendor/maplibre-gl.js') });
  await page.evaluate(
    ([address, where]) =>
      new Promise((resolve, reject) => {
        window.map = new window.maplibregl.Map({ container: 'map', style: address, ...where });
        window.map.on('error', ({ error }) => reject(error));
        window.map.once('idle', resolve);
      }),
    [url(style), { center, zoom, fadeDuration: 0 }],
  );
  return page;
}

/** What is drawn of a layer of the tiles: by id, its properties. */
function drawn(page, sourceLayer) {
  return page.evaluate((wanted) => {
    const found = window.map
      .queryRenderedFeatures()
      .filter((feature) => feature.sourceLayer === wanted)
      .map((feature) => [feature.id, feature.properties]);
    return [...new Map(found)];
  }, sourceLayer);
}

test('MapLibre draws the clusters of the style, with the counts of the server', async () => {
  const page = await openMap('style.json', { center: [2.5, 46.8], zoom: 5 });
  const clusters = await drawn(page, 'clusters');
  assert.ok(clusters.length > 5, `${clusters.length} clusters`);
  const summary = await (await fetch(url('summary'))).json();
  const sum = clusters.reduce((all, [, properties]) => all + properties.count, 0);
  assert.ok(sum > summary.initiatives / 2 && sum <= summary.initiatives, `${sum}`);
  await page.context().close();
});

test('MapLibre draws points from the zoom of the tiles on, and the filters of the style', async () => {
  const page = await openMap('style.json?axe=1', { center: [2.3522, 48.8566], zoom: 13 });
  const points = await drawn(page, 'initiatives');
  assert.ok(points.length > 0);
  for (const [, properties] of points)
    if (!properties.stack) assert.ok(properties.axes.split(',').includes('1'));
  await page.context().close();
});

test('MapLibre draws the territories of the tiles, each with its name and figures', async () => {
  const page = await openMap('style.json', { center: [5.388, 46.4], zoom: 10.5 });
  const communes = await drawn(page, 'communes');
  assert.equal(communes.length, 17);
  for (const [id, { code, nom, initiatives }] of communes) {
    assert.equal(id, Number.parseInt(code, 36));
    assert.ok(nom.length > 0 && initiatives >= 0);
  }
  assert.deepEqual(
    (await drawn(page, 'departements')).map(([, { code }]) => code).sort(),
    ['01', '39'],
  );
  assert.ok((await drawn(page, 'communes_labels')).length > 5);
  await page.context().close();
});
