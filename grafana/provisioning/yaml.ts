/** Plain data as YAML. Texts stand in double quotes as in JSON, which YAML reads the same way, so that none is taken for something else. */
export const yaml = (value: unknown, comment: string): string => `# ${comment}\n${lines(value, '').join('\n')}\n`;

function lines(value: unknown, indent: string): string[] {
  if (Array.isArray(value))
    return value.flatMap((item) => {
      const [first, ...rest] = isBlock(item) ? lines(item, `${indent}  `) : [`${indent}  ${JSON.stringify(item)}`];
      return [`${indent}- ${first!.slice(indent.length + 2)}`, ...rest];
    });
  return Object.entries(value as object)
    .filter(([, item]) => item !== undefined && typeof item !== 'function')
    .flatMap(([key, item]) =>
      isBlock(item) ? [`${indent}${key}:`, ...lines(item, `${indent}  `)] : [`${indent}${key}: ${JSON.stringify(item)}`],
    );
}

/** Empty ones stand in their line, as `{}` and `[]`. */
const isBlock = (value: unknown): value is object => typeof value === 'object' && value !== null && Object.keys(value).length > 0;
