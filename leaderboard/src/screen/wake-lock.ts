/** Keeps the screen on while the page can be seen, where the browser allows it: over HTTPS or on localhost. */
export function keepAwake(): void {
  const request = () => {
    if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
    // Refused on low battery or by a policy: the board works all the same.
    navigator.wakeLock.request('screen').catch(() => undefined);
  };
  // The browser takes the lock away whenever the page is hidden.
  document.addEventListener('visibilitychange', request);
  request();
}
