/** `npm run screenshots:grafana` draws the dashboards and takes the pictures of docs/grafana.md, in a real browser. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { drawnDashboards } from './drawn-dashboards.js';

const images = fileURLToPath(new URL('../../../docs/images/', import.meta.url));
const executablePath = process.env.TEST_CHROMIUM ?? '/usr/bin/chromium';

const folder = mkdtempSync(join(tmpdir(), 'pulseboard-preview-'));
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  const file = join(folder, 'index.html');
  writeFileSync(file, await drawnDashboards());
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(pathToFileURL(file).href);
  await page
    .locator('body[data-drawn]')
    .waitFor({ timeout: 30_000 })
    .catch(() => {});
  if (faults.length) throw new Error(`The page has faults: ${faults.join('; ')}`);
  for (const article of await page.locator('article').all()) {
    const path = join(images, `${(await article.getAttribute('id'))!.replace('pulseboard-', 'grafana-')}.png`);
    await article.screenshot({ path });
    process.stdout.write(`${path} ${Math.round(statSync(path).size / 1000)} kB\n`);
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
