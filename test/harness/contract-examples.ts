import type { TopicName } from '@pulseboard/contract';

interface Examples {
  examples: Record<TopicName, object>;
  badExamples: Record<TopicName, { why: string; payload: unknown }>;
}

/** The contract's own examples, which stand in its AsyncAPI document and are no part of what it exports. */
export const { examples, badExamples } = (await import(new URL('../../../contract/dist/examples.js', import.meta.url).href)) as Examples;
