/** Takes the pictures of the documentation from the real system and a real browser. */
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { openBrowser, openPage, PHONE, TV } from './harness/browser.js';
import { root } from './harness/environment.js';
import { cleanUp, startSystem } from './harness/system.js';

const folder = join(root, 'docs', 'images');
/** Sparklines show the last minute. */
const FILLED_AFTER_MS = 75_000;
const chromium = process.env.TEST_CHROMIUM ?? '/usr/bin/chromium';

const pictures = [
  { name: 'board-1080p', viewport: TV, path: '/?kiosk=1' },
  { name: 'board-bpm', viewport: TV, path: '/?kiosk=1&tab=bpm' },
  { name: 'board-phone', viewport: PHONE, path: '/' },
] as const;

let browser: Browser | undefined;
try {
  mkdirSync(folder, { recursive: true });
  const { child, url } = await startSystem({ PULSEBOARD_SEED: '1' });
  process.stdout.write(`The class works out for ${FILLED_AFTER_MS / 1000} s first\n`);
  browser = await openBrowser(chromium);
  await sleep(FILLED_AFTER_MS);
  for (const { name, viewport, path } of pictures) {
    const { page } = await openPage(browser, `${url}${path}`, viewport);
    await page.locator('[data-connection="live"] [data-member]').first().waitFor();
    // Newcomers of the page glide to their places, and curves are drawn one a frame.
    await sleep(4000);
    const file = join(folder, `${name}.png`);
    await page.screenshot({ path: file });
    process.stdout.write(`${file} ${Math.round(statSync(file).size / 1000)} kB\n`);
    await page.close();
  }
  await child.stop();
} finally {
  await browser?.close();
  await cleanUp();
}
