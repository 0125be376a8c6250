const HIDE_AFTER_MS = 3000;

/** No cursor on the wall: hidden 3 s after the mouse stood still, in a kiosk always. The class does it, see base.css. */
export function hideIdleCursor(root: HTMLElement, kiosk: boolean): void {
  const hide = () => {
    root.classList.add('no-cursor');
  };
  if (kiosk) {
    hide();
    return;
  }
  let timer = setTimeout(hide, HIDE_AFTER_MS);
  document.addEventListener(
    'pointermove',
    () => {
      root.classList.remove('no-cursor');
      clearTimeout(timer);
      timer = setTimeout(hide, HIDE_AFTER_MS);
    },
    { passive: true },
  );
}
