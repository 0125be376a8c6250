/** What a check found. `note`: works, but somebody should know. */
export interface Finding {
  verdict: 'ok' | 'note' | 'fail';
  /** What was looked at: `broker`. */
  subject: string;
  /** A sentence. */
  says: string;
  /** Commands or steps that mend it, in order. */
  mend?: readonly string[];
}

/** As printed: the verdict, what was found, and below it what mends it. */
export function findingLines({ verdict, subject, says, mend = [] }: Finding): string[] {
  return [`${verdict.toUpperCase().padEnd(4)}  ${subject.padEnd(10)} ${says}`, ...mend.map((step) => `                   → ${step}`)];
}
