/** Measures the wall page on all screens with all crowds, and draws the contact sheets of docs/wall.md. Exit 1 when anything is cut, covered or unreadable. */
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, openPage } from './harness/browser.js';
import { root } from './harness/environment.js';
import { boardOf, settled, show } from './wall/board.js';
import { type Feed, startFeed } from './wall/feed.js';
import { layoutFaults } from './wall/measure.js';
import { CROWDS, landscapeScreens, type Screen, uprightScreens } from './wall/screens.js';

const folder = join(root, 'docs', 'images');
/** A folder for the single pictures, in full size. */
const singles = process.argv[2];
const chromium = process.env.TEST_CHROMIUM ?? '/usr/bin/chromium';
const RANKINGS = ['points', 'bpm', 'steps'] as const;
const nameOf = ({ width, height }: Screen) => `${width} × ${height}`;

interface Shot {
  people: number;
  screen: Screen;
  picture: string;
}

let browser: Browser | undefined;
let feed: Feed | undefined;
let boards = 0;
const faults: string[] = [];

/** All screens with one crowd; the tabs beside the first one are only measured. */
async function shoot(page: Page, people: number, screens: readonly Screen[], withPictures: boolean): Promise<Shot[]> {
  const shots: Shot[] = [];
  for (const screen of screens) {
    await page.setViewportSize(screen);
    await settled(page);
    await settled(page);
    for (const fault of await layoutFaults(page))
      faults.push(`${nameOf(screen)}, ${people} people, ${new URL(page.url()).search}: ${fault}`);
    boards++;
    if (!withPictures) continue;
    const picture = await page.screenshot({ type: 'jpeg', quality: 80 });
    if (singles) writeFileSync(join(singles, `${screen.width}x${screen.height}-${people}.jpg`), picture);
    shots.push({ people, screen, picture: picture.toString('base64') });
  }
  return shots;
}

/** One picture: a line for each screen, a column for each crowd. */
async function draw(shots: readonly Shot[], screens: readonly Screen[], columnWidth: number, file: string): Promise<void> {
  const page = await browser!.newPage({ viewport: { width: 100 + CROWDS.length * (columnWidth + 6), height: 400 } });
  const lines = screens.map((screen) => {
    const pictures = CROWDS.map((people) => shots.find((shot) => shot.screen === screen && shot.people === people)!);
    return `<tr><th>${nameOf(screen)}</th>${pictures.map(({ picture }) => `<td><img src="data:image/jpeg;base64,${picture}"></td>`).join('')}</tr>`;
  });
  await page.setContent(`<style>
    body { margin: 8px; background: #fff; font: 11px sans-serif }
    table { border-spacing: 3px } th { width: 76px; font-weight: normal; text-align: right; padding-right: 4px }
    thead th { width: auto; text-align: center } img { display: block; width: ${columnWidth}px } td { vertical-align: top }
    </style><table><thead><tr><th></th>${CROWDS.map((people) => `<th>${people}</th>`).join('')}</tr></thead>${lines.join('')}</table>`);
  await page.screenshot({ path: file, type: 'jpeg', quality: 52, fullPage: true });
  await page.close();
  process.stdout.write(`${file} ${Math.round(statSync(file).size / 1000)} kB\n`);
}

try {
  for (const path of [folder, ...(singles ? [singles] : [])]) mkdirSync(path, { recursive: true });
  [browser, feed] = await Promise.all([openBrowser(chromium), startFeed()]);
  const screens = [...landscapeScreens, ...uprightScreens];
  const shots: Shot[] = [];
  for (const people of CROWDS) {
    for (const ranking of RANKINGS) {
      const { page } = await openPage(browser, `${feed.url}/wall/demo/main?tab=${ranking}`, screens[0]!);
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await show(page, feed, boardOf(people));
      shots.push(...(await shoot(page, people, screens, ranking === 'points')));
      await page.close();
    }
  }
  await draw(shots, landscapeScreens, 176, join(folder, 'wall-landscape.jpg'));
  await draw(shots, uprightScreens, 96, join(folder, 'wall-upright.jpg'));
  process.stdout.write(`${boards} boards measured, ${faults.length} faults\n`);
  for (const fault of faults) process.stdout.write(`${fault}\n`);
  process.exitCode = faults.length ? 1 : 0;
} finally {
  await browser?.close();
  await feed?.close();
}
