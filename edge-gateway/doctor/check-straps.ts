import type { SettingValues } from '@pulseboard/contract';
import { openListening, steadyClock } from '../commands/listening.js';
import { LeftOut } from '../unify/left-out.js';
import { createUnifier } from '../unify/unifier.js';
import type { Finding } from './finding.js';

/** A stick needs some 2 s to be set up. */
const LISTEN_MS = 6000;
const subject = 'straps';

/** Whom would the lists and the strength leave out? Without such rules nobody is left out, and nothing is listened to. Connects to no strap. */
export async function checkStraps(settings: SettingValues, listenMs = LISTEN_MS): Promise<Finding[]> {
  const { allowSensors, denySensors, minRssiDbm, radio: choice } = settings;
  const hasRules = allowSensors.length > 0 || denySensors.length > 0 || minRssiDbm !== undefined;
  if (!hasRules || choice === 'replay') return [];
  const { radio, gate } = await openListening({ ...settings, bleConnections: 0 }, steadyClock);
  const unifier = createUnifier(gate);
  const leftOut = new LeftOut();
  radio.start((event) => {
    const { sensor, refused } = unifier.accept(event);
    if (sensor !== undefined) leftOut.note(sensor, event.at, refused);
  });
  await new Promise((resolve) => setTimeout(resolve, listenMs));
  await radio.close();
  return [strapsFinding(leftOut)];
}

export function strapsFinding(leftOut: LeftOut): Finding {
  if (leftOut.heard === 0)
    return { verdict: 'note', subject, says: 'none is heard now, so whom the rules leave out is not known.', mend: [SCAN] };
  const says = `${leftOut.summary()}.`;
  return leftOut.leftOut < leftOut.heard ? { verdict: 'ok', subject, says } : { verdict: 'note', subject, says, mend: [SCAN] };
}

const SCAN = 'npm run gateway -- scan   # the ids of those who are heard, and why each is left out';
