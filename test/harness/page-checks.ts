import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds, a line each. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    type Axe = { run(): Promise<{ passes: unknown[]; violations: { id: string; help: string; nodes: { target: unknown[] }[] }[] }> };
    const { passes, violations } = await (window as unknown as { axe: Axe }).axe.run();
    if (passes.length < 10) return [`only ${passes.length} rules found something to judge`];
    return violations.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map((node) => node.target.join(' ')).join(', ')})`);
  });
}

/** By how many pixels the page can be scrolled. */
export const scrollable = (page: Page): Promise<{ x: number; y: number }> =>
  page.evaluate(() => {
    const { scrollWidth, scrollHeight, clientWidth, clientHeight } = document.scrollingElement!;
    return { x: Math.max(0, scrollWidth - clientWidth), y: Math.max(0, scrollHeight - clientHeight) };
  });

/** The smallest size of type, px, in which a digit is seen on the page, and the digit's text. */
export const smallestFigure = (page: Page): Promise<{ px: number; text: string }> =>
  page.evaluate(() => {
    let least = { px: Number.POSITIVE_INFINITY, text: '' };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.textContent!.trim();
      const element = node.parentElement!;
      const { width, height } = element.getBoundingClientRect();
      // An address is no figure; what is clipped to a pixel is for those who read by ear.
      const seen = width > 1 && height > 1 && element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
      if (!/\d/.test(text) || !seen || element.closest('.join, dialog')) continue;
      const px = Number.parseFloat(getComputedStyle(element).fontSize);
      if (px < least.px) least = { px, text };
    }
    return least;
  });

/** Tiles, and figures within them, of which a part is outside the picture or outside their tile. */
export const cutOff = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const faults: string[] = [];
    for (const tile of document.querySelectorAll<HTMLElement>('[data-member]')) {
      const box = tile.getBoundingClientRect();
      if (box.right > innerWidth + 1 || box.bottom > innerHeight + 1 || box.left < -1 || box.top < -1) faults.push(tile.dataset.member!);
      for (const field of tile.querySelectorAll<HTMLElement>('[data-field]')) {
        const { right, bottom, left, top } = field.getBoundingClientRect();
        if (field.checkVisibility() && (right > box.right + 1 || bottom > box.bottom + 1 || left < box.left - 1 || top < box.top - 1))
          faults.push(`${tile.dataset.member} ${field.dataset.field}`);
      }
    }
    return faults;
  });
