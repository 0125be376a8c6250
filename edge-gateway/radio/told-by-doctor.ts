/** Ends the sentence of a fault whose mending depends on the machine. The doctor itself leaves it out: it tells how. */
export const TOLD_BY_DOCTOR = '; "npm run gateway -- doctor" tells how';
