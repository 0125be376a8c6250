import { statSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { CROWDS, nameOf, type Screen } from './screens.js';

/** A JPEG picture of a page, base64. */
export interface Shot {
  people: number;
  screen: Screen;
  picture: string;
}

const QUALITY = 45;
const image = (jpeg: string) => `<img src="data:image/jpeg;base64,${jpeg}">`;

/** One picture: a line for each screen, a column for each crowd. @param columnWidth px */
export function drawScreens(
  browser: Browser,
  shots: readonly Shot[],
  screens: readonly Screen[],
  columnWidth: number,
  file: string,
): Promise<void> {
  const lines = screens.map((screen) => {
    const pictures = CROWDS.map((people) => shots.find((shot) => shot.screen === screen && shot.people === people)!);
    return `<tr><th>${nameOf(screen)}</th>${pictures.map(({ picture }) => `<td>${image(picture)}</td>`).join('')}</tr>`;
  });
  const heads = CROWDS.map((people) => `<th>${people}</th>`).join('');
  const table = `<table><thead><tr><th></th>${heads}</tr></thead>${lines.join('')}</table>`;
  return save(browser, `<style>img { width: ${columnWidth}px }</style>${table}`, 100 + CROWDS.length * (columnWidth + 6), file);
}

/** One picture: three columns of named pictures. */
export function drawNamed(browser: Browser, pictures: readonly { name: string; picture: string }[], file: string): Promise<void> {
  const figures = pictures.map(({ name, picture }) => `<figure>${image(picture)}<figcaption>${name}</figcaption></figure>`);
  return save(browser, `<div class="named">${figures.join('')}</div>`, 1200, file);
}

async function save(browser: Browser, html: string, width: number, file: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width, height: 400 } });
  await page.setContent(`<style>
    body { margin: 8px; background: #fff; font: 11px sans-serif }
    table { border-spacing: 3px } th { width: 76px; font-weight: normal; text-align: right; padding-right: 4px }
    thead th { width: auto; text-align: center } img { display: block } td { vertical-align: top }
    .named { display: grid; grid-template-columns: repeat(3, 1fr); gap: 8px } .named img { width: 100% }
    figure { margin: 0 } figcaption { padding: 2px }
    </style>${html}`);
  await page.screenshot({ path: file, type: 'jpeg', quality: QUALITY, fullPage: true });
  await page.close();
  process.stdout.write(`${file} ${Math.round(statSync(file).size / 1000)} kB\n`);
}
