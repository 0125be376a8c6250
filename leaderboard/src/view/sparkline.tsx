import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { RECENT_SECONDS } from '../live/board-state.js';
import { cancelRedraw, queueRedraw } from '../screen/redraw-queue.js';

const SECONDS = Array.from({ length: RECENT_SECONDS }, (_, i) => i);
const LEAST_SPAN_BPM = 30;

/** Enough room around the curve that a steady heart is a steady line. */
function bpmRange(_: uPlot, least: number | null, most: number | null): [number, number] {
  if (least === null || most === null) return [60, 180];
  const span = Math.max(LEAST_SPAN_BPM, (most - least) * 1.15);
  const middle = (least + most) / 2;
  return [middle - span / 2, middle + span / 2];
}

interface Props {
  recent: readonly (number | null)[];
  width: number;
  height: number;
  ink: string;
}

/** Bpm of the last 60 s. Drawn again only when a second is over. */
export function Sparkline({ recent, width, height, ink }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const shown = useRef({ recent, ink });
  shown.current = { recent, ink };

  useEffect(() => {
    const options: uPlot.Options = {
      width,
      height,
      padding: [3, 3, 3, 3],
      legend: { show: false },
      cursor: { show: false },
      select: { show: false, left: 0, top: 0, width: 0, height: 0 },
      axes: [{ show: false }, { show: false }],
      scales: { x: { time: false, range: [0, RECENT_SECONDS - 1] }, y: { range: bpmRange } },
      series: [
        {},
        {
          stroke: () => shown.current.ink,
          fill: () => `${shown.current.ink}24`,
          fillTo: (u) => u.scales.y!.min!,
          width: Math.max(1.5, Math.min(4, height / 22)),
          points: { show: false },
        },
      ],
    };
    plot.current = new uPlot(options, [SECONDS, [...recent]], place.current!);
    return () => plot.current?.destroy();
  }, []);

  useEffect(() => {
    plot.current?.setSize({ width, height });
  }, [width, height]);

  useEffect(() => {
    const draw = () => plot.current?.setData([SECONDS, [...shown.current.recent]]);
    queueRedraw(draw);
    return () => cancelRedraw(draw);
  }, [recent]);

  return <div class="curve" ref={place} aria-hidden="true" />;
}
