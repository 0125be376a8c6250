/** The contract's own examples, which stand in its AsyncAPI document. */
export { badExamples, examples } from '@pulseboard/contract/examples';
