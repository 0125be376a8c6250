import { useLayoutEffect, useRef } from 'preact/hooks';
import { fitName, leastNameScale } from '../layout/fit-name.js';
import { textWidthEm } from '../screen/text-width.js';

interface Props {
  name: string;
  guest: boolean;
  class: string;
}

/** Width of the place and size of its font, px. */
const places = new WeakMap<Element, { width: number; font: number }>();
/** One observer for all names: it reports after the layout, so that reading a size costs nothing. */
const observer = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    places.set(target, { width: contentRect.width, font: Number.parseFloat(getComputedStyle(target).fontSize) });
    fit(target as HTMLElement);
  }
});

function fit(element: HTMLElement): void {
  const place = places.get(element);
  const text = element.firstElementChild as HTMLElement | null;
  if (!place || !text || place.width === 0) return;
  const digits = text.querySelector('.digits')?.textContent;
  const least = leastNameScale(place.font, Math.min(window.innerWidth, window.innerHeight));
  const digitsEm = digits ? textWidthEm(digits) : undefined;
  const { scale, digitsOnly } = fitName(place.width / place.font, textWidthEm(text.textContent!), least, digitsEm);
  element.classList.toggle('digits-only', digitsOnly);
  text.style.fontSize = scale === 1 ? '' : `${scale.toFixed(3)}em`;
}

/** A name in a place whose width does not depend on it. Its direction is its own, so that its end is cut, not its beginning, and figures beside it keep their order. */
export function Name({ name, guest, class: className }: Props) {
  const element = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const observed = element.current!;
    observer.observe(observed);
    return () => observer.unobserve(observed);
  }, []);
  useLayoutEffect(() => fit(element.current!), [name]);

  const digits = name.lastIndexOf(' ') + 1;
  return (
    <span class={`name ${className}`} data-field="name" dir="auto" ref={element}>
      <span>
        {guest ? (
          <>
            <span class="guest-word">{name.slice(0, digits)}</span>
            <span class="digits">{name.slice(digits)}</span>
          </>
        ) : (
          name
        )}
      </span>
    </span>
  );
}
