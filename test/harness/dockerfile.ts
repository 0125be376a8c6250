/** One instruction: its word, and what follows, lines joined. */
export interface Instruction {
  word: string;
  text: string;
}

export interface Stage {
  name: string;
  /** An image, or the name of another stage. */
  from: string;
  instructions: Instruction[];
}

/** @returns the stages in order, with the `ARG`s that stand before the first one filled in */
export function parseDockerfile(text: string): Stage[] {
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter(Boolean);
  const given = new Map<string, string>();
  const stages: Stage[] = [];
  for (const line of lines) {
    const [, word, rest] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (!word || rest === undefined) throw new Error(`no instruction: ${line}`);
    const filled =
      stages.length === 0 || word === 'FROM' ? rest.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => given.get(name) ?? '') : rest;
    if (word === 'FROM') {
      const [, from, name] = /^(\S+) AS (\S+)$/.exec(filled) ?? [];
      if (!from || !name) throw new Error(`a stage without a name: ${line}`);
      stages.push({ from, name, instructions: [] });
    } else if (stages.length > 0) stages.at(-1)!.instructions.push({ word, text: filled });
    else if (word === 'ARG') given.set(filled.split('=')[0]!, filled.slice(filled.indexOf('=') + 1));
  }
  return stages;
}

/** A stage and those that it is built upon, the image's own first. */
export function chainOf(stages: readonly Stage[], name: string): Stage[] {
  const stage = stages.find((s) => s.name === name);
  return stage ? [...chainOf(stages, stage.from), stage] : [];
}

/** What a `COPY` copies, and from which stage; undefined: from the checkout. */
export function copyOf({ text }: Instruction): { from: string | undefined; sources: string[]; target: string } {
  const words = text.split(/\s+/);
  const from = words[0]!.startsWith('--from=') ? words.shift()!.slice('--from='.length) : undefined;
  return { from, sources: words.slice(0, -1), target: words.at(-1)! };
}

/** The last of its words in a chain of stages: what an image says with it. */
export const lastOf = (chain: readonly Stage[], word: string): string | undefined =>
  chain.flatMap(({ instructions }) => instructions.filter((i) => i.word === word)).at(-1)?.text;
