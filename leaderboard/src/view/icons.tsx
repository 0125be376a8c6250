/** Text for those who hear the page. */
export const Spoken = ({ children }: { children: string }) => <span class="spoken">{children}</span>;

const HEART = 'M12 20.5 3.8 12.4a5.2 5.2 0 0 1 0-7.4 5.2 5.2 0 0 1 7.4 0l.8.8.8-.8a5.2 5.2 0 0 1 7.4 0 5.2 5.2 0 0 1 0 7.4z';

export const HeartShape = ({ hollow }: { hollow: boolean }) => (
  <svg viewBox="0 0 24 24" aria-hidden="true" class={hollow ? 'heart-shape hollow' : 'heart-shape'}>
    <path d={HEART} />
  </svg>
);

export const LowBattery = () => (
  <span class="icon low-battery">
    <svg viewBox="0 0 28 24" aria-hidden="true">
      <rect x="2" y="6" width="21" height="12" rx="2.5" class="outline" />
      <rect x="24" y="9.5" width="2.6" height="5" rx="1" />
      <rect x="4.6" y="8.6" width="4" height="6.8" rx="1" />
    </svg>
    <Spoken>battery low</Spoken>
  </span>
);

/** One bar of reception. */
export const WeakSignal = () => (
  <span class="icon weak-signal">
    <svg viewBox="0 0 28 24" aria-hidden="true">
      <rect x="3" y="14" width="5" height="6" rx="1.2" />
      <rect x="11.5" y="9" width="5" height="11" rx="1.2" class="outline" />
      <rect x="20" y="4" width="5" height="16" rx="1.2" class="outline" />
    </svg>
    <Spoken>signal weak</Spoken>
  </span>
);
