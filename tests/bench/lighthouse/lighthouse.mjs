/*
 * Pages under Lighthouse, as a simulated phone on a slow connection: node lighthouse.mjs URL [PATH…]
 *
 * Chromium has no graphics card where this runs. The map is measured twice: drawn in software, which
 * the simulation then counts four times over as blocking, and without WebGL, where the page says
 * that it cannot draw and the rest works. A phone lies between.
 */
import { launch } from 'chrome-launcher';
import lighthouse from 'lighthouse';

const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'];
const DRAWING = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
const NO_DRAWING = ['--disable-gpu', '--disable-3d-apis'];
const PATHS = [
  '',
  'liste',
  'initiatives/5',
  'territoires/commune/13056',
  'themes/1a1',
  'embed?commune=13056&vue=liste',
  'embed?commune=13056',
];

/** @param {string} url @param {string[]} flags */
async function measure(url, flags) {
  const chrome = await launch({
    chromePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    chromeFlags: ['--headless=new', '--no-sandbox', ...flags],
  });
  try {
    const { lhr } = await lighthouse(url, { port: chrome.port, onlyCategories: CATEGORIES });
    const bytes = lhr.audits['total-byte-weight'].numericValue;
    const timeOf = (name) => `${(lhr.audits[name].numericValue / 1000).toFixed(1)} s`;
    return [
      ...CATEGORIES.map((name) => String(Math.round(lhr.categories[name].score * 100))),
      timeOf('first-contentful-paint'),
      timeOf('largest-contentful-paint'),
      timeOf('total-blocking-time'),
      `${Math.round(bytes / 1000)} kB`,
    ];
  } finally {
    await chrome.kill();
  }
}

const [base, ...given] = process.argv.slice(2);
if (!base) {
  process.stderr.write('usage: lighthouse.mjs URL [PATH…]\n');
  process.exit(2);
}
const print = (...cells) => process.stdout.write(`| ${cells.join(' | ')} |\n`);
print('page', ...CATEGORIES, 'first paint', 'largest paint', 'blocked', 'sent');
print(...Array.from({ length: CATEGORIES.length + 5 }, () => '---'));
for (const path of given.length ? given : PATHS) {
  const url = new URL(path, base).href;
  if (path === '') print('/ drawn in software', ...(await measure(url, DRAWING)));
  print(path === '' ? '/ without WebGL' : `/${path}`, ...(await measure(url, NO_DRAWING)));
}
