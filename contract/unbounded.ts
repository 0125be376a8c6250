type Json = Readonly<Record<string, unknown>>;

/**
 * Values of a JSON Schema that have no bounds: what they are, each after its path and a colon. A pattern bounds a text when it is anchored and
 * repeats nothing without an end.
 */
export function unboundedIn(schema: unknown, path: string): string[] {
  const s = schema as Json;
  const inner = (part: unknown, name: string) => unboundedIn(part, `${path}${name}`);
  if ('const' in s || 'enum' in s) return [];
  const choices = (s.anyOf ?? s.oneOf ?? s.allOf) as unknown[] | undefined;
  if (choices) return choices.flatMap((part) => inner(part, ''));
  switch (s.type) {
    case 'boolean':
    case 'null':
      return [];
    case 'integer':
    case 'number':
      return faultOfNumber(s, path);
    case 'string':
      return s.maxLength !== undefined || isBoundedPattern(s.pattern) ? [] : [`${path}: a text without a maxLength`];
    case 'array': {
      const items = Array.isArray(s.items) ? s.items : [s.items ?? {}];
      const isFixed = Array.isArray(s.items) && s.additionalItems === false;
      const fault = isFixed || s.maxItems !== undefined ? [] : [`${path}: a list without a maxItems`];
      return [...fault, ...items.flatMap((part) => inner(part, '/*'))];
    }
    case 'object':
      return faultsOfObject(s, path);
    default:
      return [`${path}: any JSON`];
  }
}

function faultOfNumber({ type, minimum, exclusiveMinimum, maximum, exclusiveMaximum }: Json, path: string): string[] {
  const kind = type === 'integer' ? 'an integer' : 'a number';
  const low = (minimum ?? exclusiveMinimum) as number | undefined;
  const high = (maximum ?? exclusiveMaximum) as number | undefined;
  if (low === undefined) return [`${path}: ${kind} without a minimum`];
  if (high === undefined) return [`${path}: ${kind} without a maximum`];
  return [low, high].every((bound) => Math.abs(bound) <= Number.MAX_SAFE_INTEGER) ? [] : [`${path}: ${kind} beyond 2^53`];
}

function faultsOfObject(s: Json, path: string): string[] {
  const named = Object.entries((s.properties ?? {}) as Json);
  const matched = Object.values((s.patternProperties ?? {}) as Json);
  const isClosed = s.additionalProperties === false && matched.length === 0;
  const fault = isClosed || s.maxProperties !== undefined ? [] : [`${path}: an open object without a maxProperties`];
  return [
    ...fault,
    ...named.flatMap(([name, part]) => unboundedIn(part, `${path}/${name}`)),
    ...matched.flatMap((part) => unboundedIn(part, `${path}/*`)),
  ];
}

const isBoundedPattern = (pattern: unknown): boolean =>
  typeof pattern === 'string' &&
  pattern.startsWith('^') &&
  pattern.endsWith('$') &&
  !/[*+]|\{\d+,\}/.test(pattern.replace(/\[[^\]]*\]/g, ''));
