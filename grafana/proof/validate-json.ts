import type { Rule } from '@grafana/grafana-foundation-sdk/alerting';
import type { Dashboard, DynamicConfigValue, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { Ajv, type ValidateFunction } from 'ajv';
import { readSdkSchemas, type SdkSchemas } from './sdk-schemas.js';

/** The SDK leaves it to each data source what a query has. */
const INFLUX_TARGET = {
  type: 'object',
  properties: {
    refId: { type: 'string', minLength: 1 },
    query: { type: 'string', minLength: 1 },
    rawQuery: { const: true },
    resultFormat: { enum: ['table', 'time_series'] },
    alias: { type: 'string', minLength: 1 },
    datasource: {
      type: 'object',
      properties: { type: { const: 'influxdb' }, uid: { const: 'pulseboard-influxdb' } },
      required: ['type', 'uid'],
      additionalProperties: false,
    },
  },
  required: ['refId', 'query', 'rawQuery', 'resultFormat', 'datasource'],
  additionalProperties: false,
};

/** Holds JSON against the types of the SDK: dashboards, panels with what is particular to their kind, alert rules. */
export class SdkValidator {
  readonly #ajv = new Ajv({ strict: false, allErrors: true });
  readonly #schemas: SdkSchemas;
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(schemas = readSdkSchemas()) {
    const { Dashboard: dashboard } = { Dashboard: schemas['dashboard.Dashboard']! };
    const definitions = { ...dashboard.definitions, Dataquery: INFLUX_TARGET };
    this.#schemas = { ...schemas, 'dashboard.Dashboard': { ...dashboard, definitions } };
  }

  /** @returns what is wrong, a sentence each */
  dashboard(json: Dashboard): string[] {
    const panels = (json.panels ?? []) as Panel[];
    const ids = panels.map(({ id }) => id);
    return [
      ...this.#faults('dashboard.Dashboard', json, String(json.title)),
      ...panels.flatMap((panel) => this.#panel(panel, `${json.title} / ${panel.title}`)),
      ...(new Set(ids).size === ids.length && ids.every((id) => id && id > 0) ? [] : [`${json.title}: panels need ids of their own`]),
      ...overlaps(panels).map((fault) => `${json.title}: ${fault}`),
    ];
  }

  /** @param json in the shape of the API */
  rule(json: Rule): string[] {
    const steps = json.data.flatMap(({ model }) => {
      const { type } = model as unknown as { type?: string };
      const root = type === 'reduce' ? 'expr.TypeReduce' : type === 'math' ? 'expr.TypeMath' : undefined;
      return root ? this.#faults(root, model, json.title) : this.#target(model, json.title);
    });
    return [...this.#faults('alerting.Rule', withoutModels(json), json.title), ...steps];
  }

  #target(json: unknown, name: string): string[] {
    return this.#errors(this.#compiled('target', INFLUX_TARGET), json, name);
  }

  #panel({ type, options, fieldConfig }: Panel, name: string): string[] {
    if (!this.#schemas[`${type}.Options`]) return [`${name}: no schema of panels of kind ${type}`];
    const custom = fieldConfig?.defaults.custom;
    return [
      ...this.#faults(`${type}.Options`, options, `${name} options`),
      ...(custom === undefined || !this.#schemas[`${type}.FieldConfig`]
        ? []
        : this.#faults(`${type}.FieldConfig`, custom, `${name} custom`)),
      ...(fieldConfig?.overrides ?? []).flatMap(({ properties }) => properties.flatMap((property) => this.#override(type, property, name))),
    ];
  }

  /** An override says one option of a field: it must be one, and its value must fit. */
  #override(type: string, { id, value }: DynamicConfigValue, name: string): string[] {
    const isCustom = id.startsWith('custom.');
    const root = isCustom ? `${type}.FieldConfig` : 'dashboard.Dashboard';
    const option = isCustom ? id.slice('custom.'.length) : id;
    const schema = this.#schemas[root];
    const own = propertiesOf(schema, 'FieldConfig');
    if (!schema || !own?.[option]) return [`${name}: an override of ${id}, which is no option of a field`];
    const validate = this.#compiled(`${root}#${option}`, { ...own[option], definitions: schema.definitions });
    return this.#errors(validate, value, `${name} override ${id}`);
  }

  #faults(root: string, json: unknown, name: string): string[] {
    return this.#errors(this.#compiled(root, this.#schemas[root]!), json, name);
  }

  #compiled(key: string, schema: object): ValidateFunction {
    const known = this.#validators.get(key) ?? this.#ajv.compile(schema);
    this.#validators.set(key, known);
    return known;
  }

  #errors(validate: ValidateFunction, json: unknown, name: string): string[] {
    return validate(json)
      ? []
      : validate.errors!.map(({ instancePath, message, params }) => `${name}${instancePath}: ${message} ${JSON.stringify(params)}`);
  }
}

/** Through an alias, where the type is one. */
function propertiesOf(schema: SdkSchemas[string] | undefined, type: string): Record<string, object> | undefined {
  const definition = schema?.definitions[type] as { $ref?: string; properties?: Record<string, object> } | undefined;
  return definition?.$ref ? propertiesOf(schema, definition.$ref.replace('#/definitions/', '')) : definition?.properties;
}

/** The SDK's own type of a query says nothing. */
const withoutModels = (rule: Rule): unknown => ({ ...rule, data: rule.data.map(({ model: _, ...query }) => query) });

function overlaps(panels: readonly Panel[]): string[] {
  const places = panels.map(({ title, gridPos }) => ({ title, ...gridPos! }));
  return places.flatMap((a, i) => [
    ...(a.x + a.w > 24 ? [`"${a.title}" is wider than the grid`] : []),
    ...places
      .slice(i + 1)
      .filter((b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h)
      .map((b) => `"${a.title}" and "${b.title}" lie on each other`),
  ]);
}
