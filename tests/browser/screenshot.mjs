/*
 * Makes the picture of the README anew from the demo's data: node tests/browser/screenshot.mjs
 * [FILE] writes fixtures/screenshot.png. It stays small where the Debian package pngquant is there.
 */
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openPage, settled, startBrowser, startServer } from './harness.mjs';

const MOST_BYTES = 300e3;
const file =
  process.argv[2] ??
  path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../fixtures/screenshot.png');

/** Fewer bytes where the machine has the tool: the picture is flat colours. */
function shrink() {
  try {
    execFileSync(
      'pngquant',
      ['--force', '--skip-if-larger', '--speed', '1', '--output', file, '256', file],
      { stdio: 'ignore' },
    );
  } catch (error) {
    if (error.code !== 'ENOENT' && error.status !== 98) throw error;
  }
}

const server = await startServer();
const browser = await startBrowser();
try {
  const page = await openPage(browser, server.url, {
    colorScheme: 'light',
    viewport: { width: 1280, height: 800 },
  });
  await settled(page);
  await page.waitForTimeout(1500);
  await page.screenshot({ path: file });
  await page.finish();
  shrink();
  const bytes = statSync(file).size;
  process.stdout.write(`${file}: ${bytes} bytes\n`);
  if (bytes > MOST_BYTES) throw new Error(`the picture is larger than ${MOST_BYTES} bytes`);
} finally {
  await browser.close();
  await server.stop();
}
