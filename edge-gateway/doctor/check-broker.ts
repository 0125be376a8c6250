import { type GatewayParams, whyRefused, whyUnreachable, withoutPassword } from '@pulseboard/contract';
import { type BrokerProbe, probeBroker } from '../publish/broker-probe.js';
import { clockMends } from './check-clock.js';
import type { Finding } from './finding.js';
import type { Machine } from './machine.js';

/** Further apart than this and readings come from the future, or look late. */
const MAX_CLOCK_DIFFERENCE_MS = 2000;

/** Can a gateway reach its broker and log in, and is there a processor behind it? */
export async function checkBroker(brokerUrl: string, params: GatewayParams, machine: Machine): Promise<Finding[]> {
  return brokerFindings(withoutPassword(brokerUrl), await probeBroker(brokerUrl, params), machine);
}

/** @param broker its address, fit to be shown */
export function brokerFindings(broker: string, probe: BrokerProbe, machine: Machine): Finding[] {
  const subject = 'broker';
  switch (probe.kind) {
    case 'unreachable':
      return [
        {
          verdict: 'fail',
          subject,
          says: `${broker} cannot be reached: ${whyUnreachable(probe.code)}.`,
          mend: howToReach(broker, probe.code),
        },
      ];
    case 'refused':
      return [
        {
          verdict: 'fail',
          subject,
          says: `${broker} refuses this gateway: ${whyRefused(probe.returnCode)}.`,
          mend: [HOW_TO_BE_LET_IN],
        },
      ];
    case 'connected':
      return [
        probe.deniedTopics.length === 0
          ? { verdict: 'ok', subject, says: `${broker} lets this gateway in.` }
          : {
              verdict: 'fail',
              subject,
              says: `${broker} lets this gateway in, but does not let it have ${probe.deniedTopics.join(', ')}.`,
              mend: ['Give the account of this gateway these topics in the rules of the broker.'],
            },
        processorFinding(probe, machine),
      ];
  }
}

function processorFinding({ processor, clockAheadMs }: Extract<BrokerProbe, { kind: 'connected' }>, machine: Machine): Finding {
  const subject = 'processor';
  if (processor !== 'online')
    return {
      verdict: 'note',
      subject,
      says: `${processor === 'offline' ? 'has ended' : 'is not heard'}; until it is there, readings wait on the disk of this gateway.`,
      mend: ['npm run processor   # on its machine, with the same PULSEBOARD_BROKER_URL'],
    };
  if (clockAheadMs === undefined) return { verdict: 'ok', subject, says: 'is online.' };
  if (Math.abs(clockAheadMs) <= MAX_CLOCK_DIFFERENCE_MS) return { verdict: 'ok', subject, says: 'is online, and has the same time.' };
  return {
    verdict: 'note',
    subject,
    says: `is online, and its clock is ${Math.round(Math.abs(clockAheadMs) / 1000)} s ${clockAheadMs > 0 ? 'ahead of' : 'behind'} that of this machine: one of them is wrong.`,
    mend: [`${clockMends(machine)[0]}   # and the same for the machine of the processor`],
  };
}

const HOW_TO_BE_LET_IN = 'PULSEBOARD_BROKER_URL=mqtt://user:password@host:1883   # with the account that the broker has for this gateway';

function howToReach(broker: string, code: string): string[] {
  if (code === 'ECONNREFUSED' && /\/\/(localhost|127\.|\[::1\])/.test(broker))
    return ['npm run broker   # on this machine; or PULSEBOARD_BROKER_URL=mqtt://<machine with the broker>:1883'];
  if (code === 'ENETUNREACH' || code === 'EAI_AGAIN') return ['ip addr; ping -c 3 <router>   # cable, Wi-Fi password?'];
  return [
    'PULSEBOARD_BROKER_URL=mqtt://<machine with the broker>:1883   # right name and port? does the broker listen beyond 127.0.0.1 (PULSEBOARD_HOST)?',
  ];
}
