import Type, { type Static } from 'typebox';
import { SpoolId } from './reading.js';

/** Closed range of reading numbers, both ends included. */
export const NumberRange = Type.Tuple([Type.Integer({ minimum: 1 }), Type.Integer({ minimum: 1 })]);
export type NumberRange = Static<typeof NumberRange>;

export const Committed = Type.Object(
  {
    epoch: Type.Integer({ minimum: 1, description: 'changes when the processor or its store begins anew' }),
    spools: Type.Array(
      Type.Object(
        {
          spool: SpoolId,
          ranges: Type.Array(NumberRange, { description: 'stored and derived, or dead-lettered' }),
          gone: Type.Array(NumberRange, { description: 'numbers that will never come' }),
          closed: Type.Boolean({ description: 'the processor takes no more of this spool' }),
        },
        { additionalProperties: false },
      ),
    ),
    rejected: Type.Array(Type.String({ description: 'SHA-256, hexadecimal, of the payload of a batch whose envelope cannot be read' })),
  },
  { additionalProperties: false, description: 'what of a gateway is stored and derived' },
);
export type Committed = Static<typeof Committed>;
