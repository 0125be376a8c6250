/** A number of one series. */
export interface LabelledNumber {
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** Weakest first. */
const OPERATORS: readonly Readonly<Record<string, (a: number, b: number) => number>>[] = [
  { '&&': (a, b) => Number(a !== 0 && b !== 0) },
  { '<': (a, b) => Number(a < b), '>': (a, b) => Number(a > b) },
  { '*': (a, b) => a * b },
];

/**
 * The math of Grafana's expressions, as far as the rules use it: `$a < 1 && $b > 0.5 * $c`. Numbers meet whose labels are the same, or the ones a part
 * of the others; a constant meets all.
 * @throws SyntaxError
 */
export function math(expression: string, known: ReadonlyMap<string, readonly LabelledNumber[]>): LabelledNumber[] {
  const tokens = expression.match(/\$\w+|[\d.]+|&&|[<>*]|\S/g) ?? [];
  let next = 0;
  const operand = (): LabelledNumber[] => {
    const token = tokens[next++] ?? '';
    const found = known.get(token.slice(1));
    if (token.startsWith('$') && found) return [...found];
    if (/^[\d.]+$/.test(token)) return [{ labels: {}, value: Number(token) }];
    throw new SyntaxError(`"${token}" in ${expression}`);
  };
  const level = (i: number): LabelledNumber[] => {
    if (i === OPERATORS.length) return operand();
    let left = level(i + 1);
    for (let apply = OPERATORS[i]![tokens[next] ?? '']; apply; apply = OPERATORS[i]![tokens[next] ?? '']) {
      next++;
      left = met(left, level(i + 1), apply);
    }
    return left;
  };
  const result = level(0);
  if (next < tokens.length) throw new SyntaxError(`"${tokens[next]}" in ${expression}`);
  return result;
}

const met = (as: readonly LabelledNumber[], bs: readonly LabelledNumber[], apply: (a: number, b: number) => number): LabelledNumber[] =>
  as.flatMap((a) =>
    bs
      .filter((b) => isPartOf(a, b) || isPartOf(b, a))
      .map((b) => ({ labels: { ...a.labels, ...b.labels }, value: apply(a.value, b.value) })),
  );

const isPartOf = ({ labels }: LabelledNumber, whole: LabelledNumber): boolean =>
  Object.entries(labels).every(([key, value]) => whole.labels[key] === value);
