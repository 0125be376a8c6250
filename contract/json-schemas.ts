import { type MessageKind, messages } from './messages.js';

type Json = Record<string, unknown>;

/** The schema as plain JSON, without what TypeBox keeps beside it for the compiler. */
export const plainSchema = (kind: MessageKind): Json => JSON.parse(JSON.stringify(kind.schema));

/** A JSON Schema document (draft 7) for each message, by the name of the message. Closed: it names every field of this release. */
export function jsonSchemas(): Map<string, Json> {
  return new Map(
    Object.values(messages).map((kind) => [
      kind.name,
      { $schema: 'http://json-schema.org/draft-07/schema#', $id: `urn:pulseboard:v1:${kind.name}`, title: kind.name, ...plainSchema(kind) },
    ]),
  );
}
