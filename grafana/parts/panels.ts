import * as barchart from '@grafana/grafana-foundation-sdk/barchart';
import * as common from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import * as heatmap from '@grafana/grafana-foundation-sdk/heatmap';
import * as histogram from '@grafana/grafana-foundation-sdk/histogram';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import { column, fixed } from './columns.js';
import { zoneName } from './influxql.js';
import { DATA_SOURCE, type Query, Target } from './query.js';
import { ZONE_COLOURS } from './zone-colours.js';

/** What the panels of all dashboards have in common; each says below its title what its query means. */

type AnyPanel =
  | barchart.PanelBuilder
  | heatmap.PanelBuilder
  | histogram.PanelBuilder
  | stat.PanelBuilder
  | table.PanelBuilder
  | timeseries.PanelBuilder;

/** @param queries the first one's meaning describes the panel */
function asking<P extends AnyPanel>(panel: P, title: string, queries: readonly Query[]): P {
  panel
    .title(title)
    .description(queries.map(({ meaning }) => meaning).join('\n\n'))
    .datasource(DATA_SOURCE)
    // Else the SDK writes no field configuration for some kinds of panels.
    .overrides([]);
  for (const [i, query] of queries.entries()) panel.withTarget(new Target(String.fromCharCode(65 + i), query));
  return panel;
}

const legend = (isShown = true) =>
  new common.VizLegendOptionsBuilder()
    .displayMode(common.LegendDisplayMode.List)
    .placement(common.LegendPlacement.Bottom)
    .showLegend(isShown)
    .calcs([]);
const tooltip = () => new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending);

/** Rows as they come; their order and columns are up to `ranked` or `ordered`. */
export const tablePanel = (title: string, ...queries: Query[]): table.PanelBuilder =>
  asking(new table.PanelBuilder(), title, queries).showHeader(true).cellHeight(common.TableCellHeight.Sm);

export const linesPanel = (title: string, ...queries: Query[]): timeseries.PanelBuilder =>
  asking(new timeseries.PanelBuilder(), title, queries)
    .legend(legend())
    .tooltip(tooltip())
    .lineWidth(1)
    .fillOpacity(0)
    .showPoints(common.VisibilityMode.Never)
    .spanNulls(false)
    .interval('1s')
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName));

/** Areas on each other. @param mode `percent` fills the height */
export const stackedPanel = (title: string, mode: common.StackingMode, ...queries: Query[]): timeseries.PanelBuilder =>
  linesPanel(title, ...queries)
    .stacking(new common.StackingConfigBuilder().mode(mode).group('A'))
    .lineWidth(0)
    .fillOpacity(85);

export const statPanel = (title: string, ...queries: Query[]): stat.PanelBuilder =>
  asking(new stat.PanelBuilder(), title, queries)
    .graphMode(common.BigValueGraphMode.None)
    .colorMode(common.BigValueColorMode.Value)
    .textMode(common.BigValueTextMode.ValueAndName)
    // Else Grafana draws whatever is above 80 in red.
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor('text'))
    .reduceOptions(new common.ReduceDataOptionsBuilder().values(false).calcs(['lastNotNull']).fields(''));

/** @param x column that names the bars */
export const barsPanel = (title: string, x: string, ...queries: Query[]): barchart.PanelBuilder =>
  asking(new barchart.PanelBuilder(), title, queries)
    .xField(x)
    .orientation(common.VizOrientation.Horizontal)
    .showValue(common.VisibilityMode.Never)
    .barWidth(0.85)
    .groupWidth(0.7)
    .fillOpacity(90)
    .lineWidth(0)
    .stacking(common.StackingMode.None)
    .legend(legend())
    .tooltip(tooltip());

export const histogramPanel = (title: string, ...queries: Query[]): histogram.PanelBuilder =>
  asking(new histogram.PanelBuilder(), title, queries).combine(true).fillOpacity(80).lineWidth(1).legend(legend(false)).tooltip(tooltip());

export const heatmapPanel = (title: string, ...queries: Query[]): heatmap.PanelBuilder =>
  asking(new heatmap.PanelBuilder(), title, queries);

/** Each zone has the colour that it has on the board. */
export const zoneColumns = () => ZONE_COLOURS.map((colour, zone) => column(zoneName(zone)).is({ color: fixed(colour) }));
