import type { Page } from 'playwright-core';

/** Smallest type of figures and names, px, and as a share of the picture's smaller side. */
const READABLE_PX = 10;
const READABLE_SHARE = 0.0104;
/** The word beside a figure is known from the tab above it. */
const UNIT_PX = 8.5;

/**
 * Everything that is cut, covered, outside the picture, without width or too small to read, a line each.
 * A name may end in an ellipsis once it is as small as it gets, and a list may be longer than the picture.
 */
export const layoutFaults = (page: Page): Promise<string[]> =>
  page.evaluate(
    ({ readablePx, readableShare, unitPx }) => {
      const faults: string[] = [];
      const list = document.documentElement.classList.contains('as-list');
      const label = (element: Element) => {
        const owner = element.closest('[data-member]')?.getAttribute('data-member');
        const { className, tagName } = element as HTMLElement;
        return `${owner ? `${owner} ` : ''}${typeof className === 'string' && className ? className : tagName.toLowerCase()} "${element.textContent!.trim().slice(0, 24)}"`;
      };
      interface Text {
        element: HTMLElement;
        left: number;
        right: number;
        top: number;
        bottom: number;
        free: boolean;
      }
      const texts: Text[] = [];
      /** One line of text: what its ancestors cut of it, and whether it lies where it should. */
      function judge(element: HTMLElement, { left, right, top, bottom, height }: DOMRect, mayEnd: Element | null, px: number): void {
        // Type has room above and below its letters, more than any digit fills.
        const slack = 0.2 * height;
        const box = { left, right, top: top + slack, bottom: bottom - slack };
        for (let at: HTMLElement | null = element; at && at !== document.body; at = at.parentElement) {
          const { overflowX, overflowY } = getComputedStyle(at);
          if (overflowX === 'visible' && overflowY === 'visible') continue;
          const clip = at.getBoundingClientRect();
          // A line that is left out as a whole is not seen.
          if (box.top >= clip.bottom || box.bottom <= clip.top) return;
          if (box.top < clip.top - 1 || box.bottom > clip.bottom + 1) faults.push(`cut in height: ${label(element)}`);
          if (at !== mayEnd && (box.left < clip.left - 1 || box.right > clip.right + 1)) faults.push(`cut: ${label(element)}`);
          if (at === mayEnd && at.clientWidth < 2.5 * px) faults.push(`hardly a letter: ${label(element)}`);
          box.left = Math.max(box.left, clip.left);
          box.right = Math.min(box.right, clip.right);
          box.top = Math.max(box.top, clip.top);
          box.bottom = Math.min(box.bottom, clip.bottom);
        }
        const text = { element, ...box, free: element.closest('.banner, .own, dialog') !== null };
        if (text.left < -1 || text.right > innerWidth + 1) faults.push(`outside the picture: ${label(element)}`);
        if (!list && (text.top < -1 || text.bottom > innerHeight + 1)) faults.push(`outside the picture: ${label(element)}`);
        const tile = element.closest('[data-member]')?.getBoundingClientRect();
        if (tile && (text.left < tile.left - 1 || text.right > tile.right + 1 || text.top < tile.top - 1 || text.bottom > tile.bottom + 1))
          faults.push(`outside its tile: ${label(element)}`);
        texts.push(text);
      }

      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const element = node.parentElement!;
        if (!node.textContent!.trim() || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
        if (element.closest('.spoken, noscript, legend, .digits-only .guest-word')) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        const { width, height } = range.getBoundingClientRect();
        if (width < 1 || height < 1) {
          faults.push(`no width: ${label(element)}`);
          continue;
        }
        const px = Number.parseFloat(getComputedStyle(element).fontSize);
        const least = element.matches('.stat-unit') ? unitPx : Math.max(readablePx, readableShare * Math.min(innerWidth, innerHeight));
        if (px < least - 0.05) faults.push(`${px.toFixed(1)} px, least ${least.toFixed(1)}: ${label(element)}`);
        const name = element.closest<HTMLElement>('.name');
        const shrunk = name !== null && px <= Math.max(least + 0.2, 0.63 * Number.parseFloat(getComputedStyle(name).fontSize));
        const asSmallAsItGets = shrunk && name.scrollWidth > name.clientWidth;
        for (const line of range.getClientRects()) if (line.width >= 1) judge(element, line, asSmallAsItGets ? name : null, px);
      }
      texts.sort((a, b) => a.left - b.left);
      texts.forEach((a, i) => {
        for (const b of texts.slice(i + 1)) {
          if (b.left >= a.right - 1) break;
          const name = a.element.closest('.name');
          if (a.free || b.free || a.element === b.element || (name && name === b.element.closest('.name'))) continue;
          if (b.top < a.bottom - 1 && a.top < b.bottom - 1) faults.push(`overlap: ${label(a.element)} and ${label(b.element)}`);
        }
      });
      for (const part of document.querySelectorAll<HTMLElement>('.header > *, .header > * > *, .footer > *, .board, .tabs > button')) {
        const { left, right, top, bottom, width } = part.getBoundingClientRect();
        if (!part.checkVisibility() || part.matches('legend, .spoken') || part.textContent === '') continue;
        if (width < 1) faults.push(`no width: ${label(part)}`);
        if (left < -1 || right > innerWidth + 1 || (!list && (top < -1 || bottom > innerHeight + 1)))
          faults.push(`outside: ${label(part)}`);
      }
      const { scrollWidth, scrollHeight, clientWidth, clientHeight } = document.scrollingElement!;
      if (scrollWidth > clientWidth) faults.push(`scrolls by ${scrollWidth - clientWidth} px to the side`);
      if (!list && scrollHeight > clientHeight) faults.push(`scrolls by ${scrollHeight - clientHeight} px`);
      const ranking = document.querySelector<HTMLElement>('[data-metric]')!.dataset.metric!;
      const field = { percentOfMax: 'percent', calories: 'kcal' }[ranking] ?? ranking;
      for (const tile of document.querySelectorAll('[data-member][data-signal]'))
        if (!texts.some(({ element }) => tile.contains(element) && element.dataset.field === field))
          faults.push(`does not show what ranks: ${tile.getAttribute('data-member')}`);
      return [...new Set(faults)];
    },
    { readablePx: READABLE_PX, readableShare: READABLE_SHARE, unitPx: UNIT_PX },
  );
