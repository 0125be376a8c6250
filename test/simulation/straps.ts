import type { SimulatedGateway } from './simulated-gateway.js';
import type { World } from './world.js';

/** In a bag a strap repeats its last page; off the chest it tells that it has no contact. */
type Mode = 'worn' | 'bag' | 'off' | 'silent';

/** Straps that are heard by some of the gateways each, until they fall silent. */
export function startStraps(world: World, silentAt: number): void {
  const { chance } = world;
  const ears = (): SimulatedGateway[] => world.gateways.filter(() => chance.is(0.7));
  for (let i = 0, count = chance.between(1, 4); i < count; i++)
    beat(world, silentAt, ears, {
      sensor: `ant-hr-${i}`,
      beatCount: chance.between(0, 255),
      bpm: chance.between(60, 180),
      mode: 'worn',
      heardBy: ears(),
    });
}

interface Strap {
  sensor: string;
  beatCount: number;
  bpm: number;
  mode: Mode;
  heardBy: SimulatedGateway[];
}

function beat(world: World, silentAt: number, ears: () => SimulatedGateway[], strap: Strap): void {
  const { chance, events } = world;
  if (events.now > silentAt) return;
  if (chance.is(0.04)) {
    strap.mode = chance.pick(['worn', 'worn', 'bag', 'off', 'silent']);
    strap.heardBy = ears();
  }
  if (strap.mode === 'worn') strap.beatCount = (strap.beatCount + 1) & 255;
  strap.bpm = Math.max(60, Math.min(180, strap.bpm + chance.between(-2, 2)));
  if (strap.mode !== 'silent')
    for (const gateway of strap.heardBy)
      if (chance.is(0.95)) {
        const page = {
          sensor: strap.sensor,
          beatCount: strap.beatCount,
          // Now and then a value that no heart has: a dead letter.
          heartRateBpm: chance.is(0.005) ? 255 : strap.bpm,
          contact: strap.mode !== 'off',
          rssiDbm: -chance.between(40, 90),
        };
        events.after(chance.between(0, 5), () => gateway.decode(page));
      }
  const next = strap.mode === 'worn' ? Math.round(60_000 / strap.bpm) : chance.between(250, 1000);
  events.after(next, () => beat(world, silentAt, ears, strap));
}
