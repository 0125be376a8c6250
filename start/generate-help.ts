/** A part of `npm run generate`: what `help/answer-at-once.mjs` says before anything is compiled; with `--check` it writes nothing and fails on any difference. */
import { fileURLToPath } from 'node:url';
import { deadLettersUsage } from '@pulseboard/cloud-processor';
import { type Setting, settings, settingTopics } from '@pulseboard/contract';
import { writeGenerated } from '@pulseboard/contract/write-generated';
import { commandUsage, messageKinds } from '@pulseboard/edge-gateway';
import { backupUsage, restoreUsage } from './backup-command.js';
import { influxRestartedUsage } from './influx-restarted.js';

const FOLDER = 'start/help/generated';

const help = {
  topics: settingTopics,
  settings: (Object.values(settings) as Setting<unknown>[]).map(({ name, default: value, topic, meaning, parts }) => ({
    name,
    default: value,
    topic,
    meaning,
    parts,
  })),
  usage: {
    ...commandUsage,
    'dead-letters': deadLettersUsage,
    'influx-restarted': influxRestartedUsage,
    backup: backupUsage,
    restore: restoreUsage,
  },
  messageKinds,
};

writeGenerated({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  folder: FOLDER,
  wanted: new Map([[`${FOLDER}/help.json`, `${JSON.stringify(help, undefined, 2)}\n`]]),
  source: 'the settings and commands',
});
