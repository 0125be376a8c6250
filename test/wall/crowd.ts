import { demoClass, type LiveRow, RANKINGS, type RankBy } from '@pulseboard/contract';

/** Names that have broken boards: right to left, mixed, joined emoji, wide letters, one long word. */
export const HARD_NAMES: readonly string[] = [
  'محمد عبد الرحمن بن عبد العزيز الهاشمي',
  'Emeka Alexander Okonkwo-Smith',
  'Emeka Alexander Okonkwo-Baker',
  'שרה כהן 42',
  'Ana 123 محمد',
  '👨‍👩‍👧‍👦 Family Öztürk',
  '山田太郎山田太郎山田太郎',
  'Donaudampfschifffahrtsgesellschaftskapit',
  'Zoë Ångström',
  'W W W W W W W W W W W W W W',
];

/** A room full of people at all stages: each zone, weak and lost straps, guests, long names, figures with all their digits. */
export function crowd(people: number, now: number): LiveRow[] {
  const everybody = demoClass(Math.max(12, people));
  const rows = Array.from({ length: people }, (_, i): Omit<LiveRow, 'ranks'> => {
    const percentOfMax = i === 0 ? 104.2 : 97 - ((i * 37) % 62);
    const hrMaxBpm = 172 + ((i * 7) % 30);
    const guest = i % 9 === 5;
    const known = i % 11 !== 8;
    const signal = i % 17 === 13 ? 'lost' : i % 13 === 7 ? 'weak' : 'live';
    const bpm = Math.min(240, Math.round((percentOfMax * hrMaxBpm) / 100));
    return {
      member: guest ? `guest-ant-hr-${400_000 + 4801 * i}` : `member-${i}`,
      ...(!guest && known ? { nickname: HARD_NAMES[(i - 1) / 4] ?? (everybody[i]!.nickname || `Person ${i}`) } : {}),
      guest,
      sensor: `ant-hr-${400_000 + 4801 * i}`,
      signal,
      lastReadingAt: now - (signal === 'lost' ? 41_000 : signal === 'weak' ? 5000 : 400),
      ...(signal === 'live' ? { bpm, percentOfMax, zone: Math.max(0, Math.min(5, Math.floor(percentOfMax / 10) - 4)) } : {}),
      hrMaxBpm,
      hrMaxAssumed: i % 3 === 1,
      points: i === 0 ? 188.4 : Math.max(0, 142.3 - 1.7 * i),
      ...(guest ? {} : { kcal: Math.max(3, 1043 - 11 * i) }),
      ...(i % 6 === 2 ? { steps: 12_345 - 60 * i } : {}),
      seconds: 2400,
      batteryLow: i % 10 === 4,
      joinedAt: now - (i % 20 === 3 ? 4000 : 2_400_000),
      recentBpm: Array.from({ length: 60 }, (_second, t) => (t % 29 === 11 ? null : Math.round(bpm - 6 + 6 * Math.sin((t + i) / 7)))),
    };
  });
  const figure: Record<RankBy, (row: Omit<LiveRow, 'ranks'>) => number> = {
    points: (row) => row.points,
    percentOfMax: (row) => row.percentOfMax ?? -1,
    bpm: (row) => row.bpm ?? -1,
    calories: (row) => row.kcal ?? -1,
    steps: (row) => row.steps ?? -1,
  };
  const rankOf = (rankBy: RankBy, row: Omit<LiveRow, 'ranks'>) =>
    1 + rows.filter((other) => figure[rankBy](other) > figure[rankBy](row)).length;
  return rows.map((row) => ({
    ...row,
    ranks: Object.fromEntries(RANKINGS.map((rankBy) => [rankBy, rankOf(rankBy, row)])) as LiveRow['ranks'],
  }));
}
