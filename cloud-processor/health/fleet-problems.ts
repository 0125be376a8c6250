import { type FleetGateway, hasRadio, hearsStraps } from '../ingest/gateway-fleet.js';
import { listed, type Problem, roomsOf } from './problem.js';

/** A gateway that was taken down for good is missed for this long. */
const MISSED_MS = 24 * 3_600_000;
/** Who trained when their gateway was lost is assumed to have left after this, as the open gym ends. */
const TRAINING_MS = 600_000;

/**
 * What is wrong with the gateways. None at all is no problem: a processor may be started first.
 * @param now UTC ms of the processor's clock
 */
export function fleetProblems(fleet: readonly FleetGateway[], now: number): Problem[] {
  const missed = fleet.filter((each) => each.presence === 'offline' && now - (each.offlineSince ?? 0) < MISSED_MS);
  const mute = fleet.filter((each) => each.isMute);
  const clones = fleet.flatMap(({ clone }) => clone ?? []);
  const unheard = fleet.filter(({ presence, health }) => presence === 'online' && health && !hasRadio(health.radios));
  return [
    ...problem(
      'gateway-offline',
      missed,
      (names) => `${names} is offline: check its power and its network.`,
      missed.some((each) => wasWorn(each, now)),
    ),
    ...problem(
      'gateway-without-radio',
      unheard,
      (names) =>
        `${names} has no radio that works: plug in an ANT+ stick or a Bluetooth adapter, and run \`npm run gateway -- doctor\` on it.`,
      false,
    ),
    ...problem(
      'gateway-sends-no-readings',
      mute,
      (names) => `${names} hears straps, but no reading of it arrives: look at the log of the gateway and at the rules of the broker.`,
      true,
    ),
    ...problem(
      'gateway-foreign-store',
      fleet.filter(({ presence, health }) => presence === 'online' && health?.foreignStore !== undefined),
      (names) =>
        `${names} hears commits of another store than its own and keeps its readings: stop the other processor, or run \`npm run gateway -- use-store\` on it with the id that its log names.`,
      false,
    ),
    ...clones.map(({ sentence }) => ({ code: 'gateway-cloned', sentence, stopsData: false })),
  ];
}

function problem(code: string, gateways: readonly FleetGateway[], sentence: (names: string) => string, stopsData: boolean): Problem[] {
  if (gateways.length === 0) return [];
  const names = gateways.map(({ of }) => `Gateway "${of.gateway}" (${of.gym}/${of.room})`);
  return [{ code, sentence: sentence(listed(names)), stopsData, rooms: roomsOf(gateways.map(({ of }) => of)) }];
}

/** Straps were heard just before its last word, and that was not long ago. */
function wasWorn({ isHeard, health, offlineSince = 0 }: FleetGateway, now: number): boolean {
  return isHeard && health !== undefined && now - offlineSince < TRAINING_MS && hearsStraps(health);
}
