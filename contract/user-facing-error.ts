/** A fault that a person can remedy: the message is a sentence that says what was wrong and what to do. Shown without a stack. */
export abstract class UserFacingError extends Error {
  abstract readonly code: string;
}
