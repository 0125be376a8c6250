import { type SettingPart, settings } from '@pulseboard/contract';
import type { PartName } from './parts.js';

const WHAT: Record<PartName, string> = {
  start:
    'Starts broker, processor and gateway in one process, and the wall page with them.\n\n  npm start\n\nThe parts alone, and what a technician needs: npm run broker, npm run processor, npm run gateway; each tells more with -- --help.',
  broker: 'Starts the MQTT broker alone.\n\n  npm run broker',
  processor:
    'Starts the processor (store, board, API, wall page) alone, or looks after what it set aside.\n\n  npm run processor\n  npm run processor -- dead-letters\n  npm run processor -- dead-letters --help',
  gateway: [
    'Starts a gateway alone, or helps who sets it up.',
    '',
    '  npm run gateway                          from the radios to the broker',
    '  npm run gateway -- doctor                what is missing, and the command that mends it',
    '  npm run gateway -- scan                  each strap that is heard, live',
    '  npm run gateway -- record class.jsonl    the raw frames into a file; it is played by',
    '                                           PULSEBOARD_RADIO=replay PULSEBOARD_REPLAY_FILE=class.jsonl npm start',
    '  npm run gateway -- decode --help         bytes by hand',
  ].join('\n'),
};

/** What a command does and the settings it reads. */
export function helpText(part: PartName, parts: readonly SettingPart[]): string {
  const rows = Object.values(settings)
    .filter((s) => s.parts.some((p) => parts.includes(p)))
    .map((s) => `  ${s.name.padEnd(30)} ${(s.default || '(none)').padEnd(11)} ${s.meaning.replaceAll('`', '')}`);
  return `${WHAT[part]}\n\nSettings are environment variables:\n\n${rows.join('\n')}\n\nPulseboard is no medical device.`;
}
