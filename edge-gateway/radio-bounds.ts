import { cutSentence, cutText, MAX_LABEL, MAX_SENTENCE, type RadioHealth } from '@pulseboard/contract';

/** A sentence of a driver may be of any length, and the processor rejects a health that is beyond the contract. */
export const radioWithinBounds = ({ radio, fault, ...health }: RadioHealth): RadioHealth => ({
  radio: cutText(radio, MAX_LABEL),
  ...health,
  ...(fault === undefined ? {} : { fault: cutSentence(fault, MAX_SENTENCE) }),
});
