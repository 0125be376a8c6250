/** aedes and its matcher know no more levels than this. */
export const MAX_TOPIC_LEVELS = 100;

/** What a topic may not hold, besides its wildcards. */
const isForbidden = (codePoint: number): boolean =>
  codePoint <= 0x1f || // U+0000 [MQTT-1.5.3-2] and other control characters
  (codePoint >= 0x7f && codePoint <= 0x9f) ||
  (codePoint >= 0xd800 && codePoint <= 0xdfff) || // half a pair [MQTT-1.5.3-1]
  (codePoint >= 0xfdd0 && codePoint <= 0xfdef) || // noncharacters, and the last two of each plane
  (codePoint & 0xfffe) === 0xfffe ||
  codePoint === 0xfffd; // what ill-formed UTF-8 became while it was read [MQTT-1.5.3-1]

/**
 * Why a text cannot be taken. Other subscribers' clients disconnect when they receive such a character, at each reconnect.
 * @see MQTT 3.1.1, 1.5.3
 * @returns undefined when it can
 */
export function textFault(text: string): string | undefined {
  for (const character of text) {
    const codePoint = character.codePointAt(0)!;
    if (isForbidden(codePoint)) return `it contains the character U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
  }
  return undefined;
}

/** Why nothing may be published on a topic, by a client or as its will. @see MQTT 3.1.1, 4.7 */
export function topicFault(topic: string): string | undefined {
  if (/[+#]/.test(topic)) return 'it contains a wildcard';
  if (topic.startsWith('$')) return 'topics that begin with $ are reserved for the broker';
  return commonFault(topic);
}

/** Why a filter cannot be subscribed to. @see MQTT 3.1.1, 4.7.1 */
export function filterFault(filter: string): string | undefined {
  const levels = filter.split('/');
  if (levels.some((level) => level.length > 1 && /[+#]/.test(level))) return 'a wildcard must be a whole level';
  if (levels.slice(0, -1).includes('#')) return '# must be the last level';
  return commonFault(filter);
}

function commonFault(topic: string): string | undefined {
  if (topic === '') return 'it is empty';
  if (topic.split('/').length > MAX_TOPIC_LEVELS) return `it has more than ${MAX_TOPIC_LEVELS} levels`;
  return textFault(topic);
}
