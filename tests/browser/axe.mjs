/*
 * axe-core in a page: what a program can see of whether everyone can use it.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Fails with what axe finds at fault in the page as it stands, frames within it left out. */
export async function assertAccessible(page) {
  await page.evaluate(SOURCE);
  const { violations, passes } = await page.evaluate(() =>
    window.axe.run(document, { iframes: false }),
  );
  const faults = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
  );
  assert.deepEqual(faults, [], page.url());
  assert.ok(passes.length > 5, 'axe looked at the page');
}
