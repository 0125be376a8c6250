import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

/** The untrusted value is not what the schema asks for. `message` names the first field that is wrong. */
export class ContractError extends Error {
  readonly code = 'CONTRACT_VIOLATED';
}

export interface Parser<T> {
  /** The value itself, now typed. @throws ContractError naming the first fault and where it is */
  parse(value: unknown): T;
  check(value: unknown): value is T;
}

/** Compiles a schema once; checking is then a plain function call. */
export function createParser<S extends TSchema>(schema: S, what: string): Parser<Static<S>> {
  const validator = Compile(schema);
  return {
    check: (value): value is Static<S> => validator.Check(value),
    parse(value) {
      if (validator.Check(value)) return value as Static<S>;
      const [fault] = validator.Errors(value);
      // A closed schema refuses a field it does not name with the schema `false`.
      const message = fault?.keyword === 'boolean' ? 'is a field that the contract does not name' : fault?.message;
      throw new ContractError(`${what}${fault?.instancePath ? ` at ${fault.instancePath}` : ''}: ${message ?? 'is not valid'}`);
    },
  };
}
