/**
 * Of the address of a broker what may be shown, its password left out. What cannot be parsed is not shown at all: it may hold a password anywhere.
 * @returns `mqtt://broker.example:1883`
 */
export function withoutPassword(brokerUrl: string): string {
  try {
    const { protocol, host } = new URL(brokerUrl);
    return `${protocol}//${host}`;
  } catch {
    return 'the broker';
  }
}
