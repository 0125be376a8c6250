import { useEffect, useRef } from 'preact/hooks';
import { HeartShape } from './icons.js';

const calm = matchMedia('(prefers-reduced-motion: reduce)');
const BEAT: Keyframe[] = [
  { transform: 'scale(1)', easing: 'ease-out' },
  { transform: 'scale(.82)', offset: 0.25, easing: 'ease-in-out' },
  { transform: 'scale(1)', offset: 0.7 },
  { transform: 'scale(1)' },
];

/** Beats at the member's rate, on the compositor; hollow and still when nothing is heard. */
export function Heart({ bpm, live, beating }: { bpm: number | undefined; live: boolean; beating: boolean }) {
  const element = useRef<HTMLSpanElement>(null);
  const animation = useRef<Animation | undefined>(undefined);
  const runs = beating && live && bpm !== undefined && !calm.matches;

  useEffect(() => {
    if (!runs || !element.current) return;
    const started = element.current.animate(BEAT, { duration: 1000, iterations: Number.POSITIVE_INFINITY });
    animation.current = started;
    return () => started.cancel();
  }, [runs]);
  // Another rate without a jump of the phase.
  useEffect(() => {
    if (runs) animation.current?.updatePlaybackRate(bpm / 60);
  }, [runs, bpm]);

  return (
    <span class="heart" ref={element}>
      <HeartShape hollow={!live} />
    </span>
  );
}
