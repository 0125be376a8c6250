import { Histogram, type Registry } from 'prom-client';
import type { AgeHistogram } from '../ingest/arrival-ages.js';

interface AgeMetric {
  name: string;
  help: string;
  registry: Registry;
  read(): AgeHistogram;
}

/** Tells a histogram that is kept elsewhere, in seconds: prom-client reads counters and gauges when they are asked for, but histograms count by themselves. */
export class AgeHistogramMetric extends Histogram<'le'> {
  constructor(private readonly told: AgeMetric) {
    super({ name: told.name, help: told.help, registers: [told.registry] });
  }

  /** What prom-client makes its text of; its types do not name it. */
  async getForPromString(): Promise<object> {
    const { name, help, read } = this.told;
    const { upTo, count, sumMs } = read();
    const sample = (suffix: string, value: number, labels: object = {}) => ({ metricName: `${name}_${suffix}`, labels, value });
    const values = [
      ...upTo.map(([ms, value]) => sample('bucket', value, { le: ms / 1000 })),
      sample('bucket', count, { le: '+Inf' }),
      sample('sum', sumMs / 1000),
      sample('count', count),
    ];
    return { name, help, type: 'histogram', aggregator: 'sum', values };
  }
}
