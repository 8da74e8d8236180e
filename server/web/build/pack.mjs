/*
 * Packs the page into the program: pack.mjs TABLE.c BLOB COMMUNES.csv FILE…
 *
 * Each FILE of server/web/ (below assets/), with what comes from npm packages and what is
 * made from data, is written to BLOB plain, gzipped and with brotli; TABLE.c includes BLOB and says
 * what lies where. A file that names another ('./map.js', url('../x'), assets/app.js in HTML) gets
 * the other's hash appended as ?v=, so that every asset may be cached for ever. Templates of pages
 * (pages/*.html) say the way up to assets/ as {{root}}.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { checkWords } from './words.mjs';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
};

/** Assets that are files of npm packages: path below assets/, then where they come from. */
const VENDOR = {
  'vendor/maplibre-gl.js': 'maplibre-gl/dist/maplibre-gl.js',
  'vendor/maplibre-gl.css': 'maplibre-gl/dist/maplibre-gl.css',
  'vendor/maplibre-gl.LICENSE.txt': 'maplibre-gl/dist/LICENSE.txt',
  'vendor/figtree.woff2': '@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2',
  'vendor/figtree.LICENSE.txt': '@fontsource-variable/figtree/LICENSE',
};
const WORLD = 'world-atlas/countries-10m.json';

const require = createRequire(import.meta.url);

function fail(sentence) {
  process.stderr.write(`pack.mjs: ${sentence}\n`);
  process.exit(1);
}

/** The file of an npm package, wherever Node finds packages from here. */
function vendored(name) {
  const found = require.resolve
    .paths(name)
    .map((folder) => path.join(folder, name))
    .find(existsSync);
  return found ?? fail(`the npm package of ${name} is not installed: run ./dev setup`);
}

/** Every asset by path, as bytes before references are versioned. */
async function collect(communesCsv, files) {
  const { worldGeoJson } = await import('./world.mjs').catch((error) =>
    fail(
      error.code === 'ERR_MODULE_NOT_FOUND'
        ? 'the npm packages of server/web are not installed: run ./dev setup'
        : String(error.stack),
    ),
  );
  const { placesGeoJson } = await import('./places.mjs');
  const { territoriesJson } = await import('./territories.mjs');
  const assets = new Map();
  for (const [name, source] of Object.entries(VENDOR))
    assets.set(name, readFileSync(vendored(source)));
  assets.set('data/monde.json', Buffer.from(worldGeoJson(vendored(WORLD))));
  assets.set('data/territoires.json', Buffer.from(territoriesJson(vendored(WORLD))));
  assets.set('data/lieux.json', Buffer.from(placesGeoJson(communesCsv)));
  const folder = path.resolve(
    import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname),
    '..',
  );
  for (const file of files)
    assets.set(path.relative(folder, file).replace(/^assets\//, ''), readFileSync(file));
  for (const fault of checkWords(assets)) fail(`server/web/words: ${fault}`);
  return assets;
}

const hashOf = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** Appends ?v=hash to the references between assets; a cycle has no hash and is an error. */
function version(assets) {
  const done = new Map();
  const underway = [];
  function finish(name) {
    if (done.has(name)) return done.get(name);
    if (underway.includes(name))
      fail(`the assets refer to each other in a circle: ${[...underway, name].join(' → ')}`);
    underway.push(name);
    const bytes = name.startsWith('vendor/') ? assets.get(name) : rewrite(name, assets.get(name));
    underway.pop();
    done.set(name, bytes);
    return bytes;
  }
  function rewrite(name, bytes) {
    const html = name.endsWith('.html');
    if (!html && !/\.(js|css)$/.test(name)) return bytes;
    const reference = html
      ? /(?<=="(?:\{\{root\}\})?)assets\/([^"?]+)(?=")/g
      : /(?<=['"(])\.{1,2}\/[^'"()?\s]+(?=['")])/g;
    return Buffer.from(
      bytes.toString('utf8').replace(reference, (whole, below) => {
        const target = html ? below : path.posix.join(path.posix.dirname(name), whole);
        if (!assets.has(target)) fail(`'${name}' refers to '${whole}', which is not packed`);
        return `${whole}?v=${hashOf(finish(target))}`;
      }),
    );
  }
  for (const name of assets.keys()) finish(name);
  return done;
}

/** What other sites load is sent without comments and indentation; it has no text of several lines. */
function lean(assets) {
  const script = assets.get('embed/embed.js').toString('utf8').replace(/^ *\/\*.*\*\/\n/gm, '');
  const lines = script.split('\n').map((line) => line.trim());
  assets.set('embed/embed.js', Buffer.from(lines.filter(Boolean).join('\n')));
  return assets;
}

/** Names every module in the page's head, so that a browser need not find them one by one. */
function preloadModules(assets) {
  const links = [...assets.keys()]
    .filter((name) => /^js\/.*\.js$/.test(name))
    .map((name) => `  <link rel="modulepreload" href="assets/${name}">\n`);
  const page = assets.get('index.html').toString('utf8');
  assets.set('index.html', Buffer.from(page.replace('</head>', `${links.join('')}</head>`)));
  return assets;
}

function brotli(bytes) {
  return brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
}

/** Writes the blob, and the table that points into it. */
function write(tablePath, blobPath, assets) {
  const parts = [];
  let at = 0;
  const place = (bytes) => {
    const start = at;
    parts.push(bytes);
    at += bytes.length;
    return start;
  };
  const rows = [...assets]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, plain]) => {
      const type = TYPES[path.extname(name)] ?? fail(`no content type is known for '${name}'`);
      const packed = [gzipSync(plain, { level: 9 }), brotli(plain)].map((bytes) =>
        bytes.length < plain.length * 0.95 ? bytes : null,
      );
      const where = [plain, ...packed].map((bytes) => (bytes ? `blob + ${place(bytes)}` : 'NULL'));
      const lengths = [plain, ...packed].map((bytes) => bytes?.length ?? 0);
      return `    {"${name}", "${type}", ${where.join(', ')}, ${lengths.join(', ')}, "${hashOf(plain)}"},`;
    });
  writeFileSync(blobPath, Buffer.concat(parts));
  writeFileSync(
    tablePath,
    `/* Made by server/web/build/pack.mjs. */
#include "server/assets.h"

/* The blob stands in the read-only data as it is: arrays of its size are slow to compile. */
__asm__(".pushsection .rodata\\n"
        ".balign 16\\n"
        "aro_assets_blob:\\n"
        ".incbin \\"${path.resolve(blobPath)}\\"\\n"
        ".byte 0\\n"
        ".popsection\\n");
extern const unsigned char blob[] __asm__("aro_assets_blob");

/* In the order of strcmp(). */
const struct asset asset_table[] = {
${rows.join('\n')}
};
const size_t n_assets = sizeof asset_table / sizeof asset_table[0];
`,
  );
}

const [tablePath, blobPath, communesCsv, ...files] = process.argv.slice(2);
if (!files.length) fail('usage: pack.mjs TABLE.c BLOB COMMUNES.csv FILE…');
write(tablePath, blobPath, version(preloadModules(lean(await collect(communesCsv, files)))));
