import { type Browser, chromium, type Page } from 'playwright-core';
import { toolPath } from './environment.js';

const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const TV = { width: 1920, height: 1080 };
export const PHONE = { width: 390, height: 844 };

export const openBrowser = (executablePath = toolPath('TEST_CHROMIUM')): Promise<Browser> =>
  chromium.launch({ ...(executablePath ? { executablePath } : {}), args: ARGS });

/** What a page must not do. */
export interface Watched {
  page: Page;
  consoleErrors: string[];
  foreignRequests: string[];
}

/** A page that is watched from its first request on. */
export async function openPage(browser: Browser, url: string, viewport: { width: number; height: number }): Promise<Watched> {
  const page = await browser.newPage({ viewport });
  const consoleErrors: string[] = [];
  const foreignRequests: string[] = [];
  page.on('console', (message) => message.type() === 'error' && consoleErrors.push(message.text()));
  page.on('pageerror', (error) => consoleErrors.push(error.message));
  const { host } = new URL(url);
  const note = (address: string) => {
    const { protocol, host: asked } = new URL(address);
    if (asked !== host && protocol !== 'data:' && protocol !== 'blob:') foreignRequests.push(address);
  };
  page.on('request', (request) => note(request.url()));
  page.on('websocket', (socket) => note(socket.url()));
  await page.goto(url);
  return { page, consoleErrors, foreignRequests };
}

export interface TileOnPage {
  member: string;
  rank: number;
  zone: string | undefined;
  signal: string;
  x: number;
  y: number;
  fields: Record<string, string>;
}

/** All tiles as they are seen: in the order of the screen, line by line. */
export async function tilesOf(page: Page): Promise<TileOnPage[]> {
  const tiles = await page.locator('[data-member]').evaluateAll((elements) =>
    elements.map((element) => {
      const { member, rank, zone, signal } = (element as HTMLElement).dataset;
      // Where the tile comes to rest: it may still be gliding there.
      const { m41, m42 } = new DOMMatrix((element as HTMLElement).style.transform);
      const fields = [...element.querySelectorAll<HTMLElement>('[data-field]')].map((field) => [
        field.dataset.field!,
        field.textContent!.trim(),
      ]);
      return { member: member!, rank: Number(rank), zone, signal: signal!, x: m41, y: m42, fields: Object.fromEntries(fields) };
    }),
  );
  return tiles.sort((a, b) => a.y - b.y || a.x - b.x);
}
