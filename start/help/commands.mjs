/**
 * What can be called, and with what. It is plain JavaScript because it answers before anything is installed or compiled.
 * @typedef {{
 *   call: string,
 *   usage: readonly string[],
 *   parts?: readonly string[],
 *   subcommands?: Readonly<Record<string, Command>>,
 *   options?: readonly string[],
 *   words?: readonly string[],
 *   most?: number,
 *   missing?: string,
 * }} Command
 * `parts`: whose settings it reads. `options` take a value each. `words`: what its first argument can be.
 * `most`: how many arguments it takes besides options. `missing`: what is said when it needs one and there is none.
 */

/**
 * @param {Readonly<Record<string, readonly string[]>>} usage as generated from the commands
 * @param {readonly string[]} messageKinds of `decode`
 * @returns {Readonly<Record<string, Command>>}
 */
export function commandsWith(usage, messageKinds) {
  const gateway = (name, more) => ({ call: `npm run gateway -- ${name}`, usage: usage[name], ...more });
  return {
    start: {
      call: 'npm start',
      parts: ['broker', 'processor', 'gateway'],
      usage: [
        'Starts broker, processor and gateway in one process, and the wall page with them.',
        '',
        '  npm start',
        '',
        'The parts alone, each with more to say after -- --help:',
        '',
        '  npm run broker       the MQTT broker',
        '  npm run processor    store, board, API and wall page; dead letters',
        '  npm run gateway      from the radios to the broker; doctor, scan, record, decode',
        '',
        'The data folder:',
        '',
        '  npm run backup       copies it',
        '  npm run restore      puts a copy back',
      ],
    },
    broker: { call: 'npm run broker', parts: ['broker'], usage: ['Starts the MQTT broker alone.', '', '  npm run broker'] },
    processor: {
      call: 'npm run processor',
      parts: ['processor'],
      usage: [
        'Starts the processor (store, board, API, wall page) alone, or looks after the readings that it set aside.',
        '',
        '  npm run processor',
        '  npm run processor -- dead-letters           what was set aside, and why',
        '  npm run processor -- dead-letters --help',
        '  npm run processor -- influx-restarted       confirms that InfluxDB was restarted twice after its disk was full',
      ],
      subcommands: {
        'influx-restarted': { call: 'npm run processor -- influx-restarted', usage: usage['influx-restarted'] },
        'dead-letters': { call: 'npm run processor -- dead-letters', usage: usage['dead-letters'], words: ['list', 'replay'], most: 1 },
      },
    },
    gateway: {
      call: 'npm run gateway',
      parts: ['gateway'],
      usage: [
        'Starts a gateway alone, or helps to set it up.',
        '',
        '  npm run gateway                          from the radios to the broker',
        '  npm run gateway -- doctor                what is missing, and the command that repairs it',
        '  npm run gateway -- scan                  each strap that is heard, live',
        '  npm run gateway -- record class.jsonl    the raw frames into a file, which npm start can replay',
        '  npm run gateway -- decode ant a40e4e…    the meaning of bytes given by hand',
        '  npm run gateway -- use-store 5f0c3a9e…   sends what is held to another store',
        '',
        'Each has more to say, such as npm run gateway -- scan --help.',
      ],
      subcommands: {
        doctor: gateway('doctor', {}),
        scan: gateway('scan', { options: ['--seconds'] }),
        record: gateway('record', {
          options: ['--seconds'],
          most: 1,
          missing: 'record: name the file that is to be written, such as: npm run gateway -- record class.jsonl',
        }),
        'use-store': gateway('use-store', {
          most: 1,
          missing: 'use-store: name the store, such as: npm run gateway -- use-store 5f0c3a9e21b7d846',
        }),
        decode: gateway('decode', { words: messageKinds, most: Number.POSITIVE_INFINITY }),
      },
    },
    backup: { call: 'npm run backup', usage: usage.backup, most: 1 },
    restore: {
      call: 'npm run restore',
      usage: usage.restore,
      most: 1,
      missing: 'restore: name the backup, such as: npm run restore -- backups/2026-01-31T18-00-00Z',
    },
    'build-only': { call: 'npm run build', usage: ['Installs what is missing and compiles what changed.', '', '  npm run build'] },
  };
}
