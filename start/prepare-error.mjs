/** Something that the person at the keyboard can mend: `message` says how, `output` is what the tool printed. */
export class PrepareError extends Error {
  code = 'PREPARE_FAILED';

  /**
   * @param {string} message one sentence
   * @param {string} [output]
   */
  constructor(message, output = '') {
    super(message);
    this.output = output;
  }
}
