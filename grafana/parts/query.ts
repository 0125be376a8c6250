import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';

/** The one data source; `provisioning/data-source.ts` makes it. */
export const DATA_SOURCE = { type: 'influxdb', uid: 'pulseboard-influxdb' } as const;

/** A question to InfluxDB. */
export interface Query {
  /** What its answer is, for people: it stands beside the panel. */
  meaning: string;
  /** One statement of InfluxQL, with the macros and variables of Grafana. */
  text: string;
  /** `table`: all series in one, grouped by one tag at most; `time_series`: each by itself. */
  as: 'table' | 'time_series';
  /** Name of a series: `$tag_member`, `$col`. */
  alias?: string;
}

/** What Grafana's InfluxDB data source reads of a target. */
export interface InfluxTarget extends Dataquery {
  refId: string;
  query: string;
  rawQuery: true;
  resultFormat: Query['as'];
  alias?: string;
  datasource: typeof DATA_SOURCE;
}

/** The SDK has no builder for InfluxQL. */
export class Target implements Builder<Dataquery> {
  constructor(
    private readonly refId: string,
    private readonly query: Query,
  ) {}

  build(): InfluxTarget {
    const { text, as, alias } = this.query;
    return {
      refId: this.refId,
      query: text,
      rawQuery: true,
      resultFormat: as,
      ...(alias === undefined ? {} : { alias }),
      datasource: DATA_SOURCE,
      _implementsDataqueryVariant: () => {},
    };
  }
}
