/** A battery level goes with the first reading after it was learnt, once. */
export class Battery {
  #percent: number | undefined;
  #isNews = false;

  /** @param percent as sent; above 100 is unknown */
  learn(percent: number): void {
    if (percent > 100 || percent === this.#percent) return;
    this.#percent = percent;
    this.#isNews = true;
  }

  /** What goes with the reading that is made now. */
  news(): { batteryPercent?: number } {
    if (!this.#isNews) return {};
    this.#isNews = false;
    return { batteryPercent: this.#percent! };
  }
}
