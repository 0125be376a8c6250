import { emptyRoster, Roster } from '@pulseboard/cloud-processor/protocol';
import { type ClassPlace, demoClass, footPodOf, heartRateSensorOf } from '@pulseboard/contract';

/** Nobody is known: every strap is a guest, as in a replay. */
export const guestsOnly = (): Roster => new Roster(emptyRoster);

/** The simulated class as a processor writes it down: from the beginning of time on. */
export function demoRoster(straps: number, place?: ClassPlace): Roster {
  const people = demoClass(straps, place).flatMap((person) => (person.member === undefined ? [] : [{ ...person, member: person.member }]));
  return new Roster({
    ...emptyRoster,
    assignments: people.flatMap((person) =>
      [heartRateSensorOf(person), footPodOf(person)].flatMap((sensor) => (sensor ? [{ sensor, member: person.member, from: 0 }] : [])),
    ),
    profiles: people.map(({ member, ageYears, weightKg, sex, ownHrMaxBpm }) => ({
      member,
      from: 0,
      ageYears,
      weightKg,
      ...(sex ? { sex } : {}),
      ...(ownHrMaxBpm ? { ownHrMaxBpm } : {}),
    })),
  });
}
