import { type DemoPerson, footPodOf, heartRateSensorOf, type Id } from '@pulseboard/contract';
import type { NewMember } from './registry.js';

/** The simulated class as members; its guests stay guests. */
export function demoMembers(people: readonly DemoPerson[]): NewMember[] {
  return people
    .filter((person): person is DemoPerson & { member: Id } => person.member !== undefined)
    .map((person) => {
      const footPod = footPodOf(person);
      return {
        member: person.member,
        nickname: person.nickname,
        consent: person.consent,
        ageYears: person.ageYears,
        weightKg: person.weightKg,
        ...(person.sex ? { sex: person.sex } : {}),
        ...(person.ownHrMaxBpm ? { ownHrMaxBpm: person.ownHrMaxBpm } : {}),
        sensors: [heartRateSensorOf(person), ...(footPod ? [footPod] : [])],
      };
    });
}
