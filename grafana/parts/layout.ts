import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type { DashboardBuilder, GridPos, Panel } from '@grafana/grafana-foundation-sdk/dashboard';

/** The builder of any kind of panel. */
export interface PanelBuilder extends Builder<Panel> {
  id(id: number): this;
  gridPos(gridPos: GridPos): this;
}

/** Panels side by side. */
export interface Row {
  /** Of 30 pixels each. */
  height: number;
  /** Each with its width, of 24. */
  panels: readonly (readonly [width: number, panel: PanelBuilder])[];
}

/** Puts rows under each other. Ids are set here, from 1: the SDK sets none, and links and alerts need them. */
export function place(dashboard: DashboardBuilder, rows: readonly Row[]): DashboardBuilder {
  let y = 0;
  let id = 0;
  for (const { height, panels } of rows) {
    let x = 0;
    for (const [width, panel] of panels) {
      dashboard.withPanel(panel.id(++id).gridPos({ x, y, w: width, h: height }));
      x += width;
    }
    y += height;
  }
  return dashboard;
}
