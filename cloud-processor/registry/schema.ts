import { bigint, boolean, foreignKey, integer, pgTable, primaryKey, real, text } from 'drizzle-orm/pg-core';

const utcMs = (name: string) => bigint(name, { mode: 'number' });

export const gyms = pgTable('gyms', {
  gym: text('gym').primaryKey(),
  name: text('name').notNull(),
  assumedHrMaxBpm: integer('assumed_hr_max_bpm').notNull(),
});

export const rooms = pgTable(
  'rooms',
  {
    gym: text('gym')
      .notNull()
      .references(() => gyms.gym),
    room: text('room').notNull(),
    name: text('name').notNull(),
  },
  (t) => [primaryKey({ columns: [t.gym, t.room] })],
);

export const members = pgTable(
  'members',
  {
    gym: text('gym')
      .notNull()
      .references(() => gyms.gym),
    member: text('member').notNull(),
    nickname: text('nickname').notNull(),
    consent: boolean('consent').notNull(),
  },
  (t) => [primaryKey({ columns: [t.gym, t.member] })],
);

export const profileVersions = pgTable(
  'profile_versions',
  {
    gym: text('gym').notNull(),
    member: text('member').notNull(),
    from: utcMs('valid_from').notNull(),
    ageYears: integer('age_years'),
    weightKg: real('weight_kg'),
    sex: text('sex', { enum: ['female', 'male'] }),
    ownHrMaxBpm: integer('own_hr_max_bpm'),
  },
  (t) => [
    primaryKey({ columns: [t.gym, t.member, t.from] }),
    foreignKey({ columns: [t.gym, t.member], foreignColumns: [members.gym, members.member] }),
  ],
);

export const assignments = pgTable(
  'assignments',
  {
    gym: text('gym').notNull(),
    sensor: text('sensor').notNull(),
    member: text('member').notNull(),
    from: utcMs('valid_from').notNull(),
    until: utcMs('valid_until'),
  },
  (t) => [
    primaryKey({ columns: [t.gym, t.sensor, t.from] }),
    foreignKey({ columns: [t.gym, t.member], foreignColumns: [members.gym, members.member] }),
  ],
);

export const sessions = pgTable(
  'sessions',
  {
    gym: text('gym').notNull(),
    room: text('room').notNull(),
    session: text('session').notNull(),
    kind: text('kind', { enum: ['open-gym', 'class'] }).notNull(),
    startedAt: utcMs('started_at').notNull(),
    endedAt: utcMs('ended_at'),
  },
  (t) => [primaryKey({ columns: [t.gym, t.room, t.session] })],
);

export const strapLinks = pgTable(
  'strap_links',
  {
    gym: text('gym')
      .notNull()
      .references(() => gyms.gym),
    /** Of Bluetooth. */
    sensor: text('sensor').notNull(),
    /** Of ANT+. */
    twin: text('twin').notNull(),
    state: text('state', { enum: ['found', 'given', 'overruled', 'withdrawn'] }).notNull(),
    from: utcMs('valid_from').notNull(),
    foundAt: utcMs('found_at'),
    settled: boolean('settled').notNull(),
  },
  (t) => [primaryKey({ columns: [t.gym, t.sensor, t.twin] })],
);

/** Gateways that were ever seen, each in the room in which it was seen last. */
export const gateways = pgTable(
  'gateways',
  {
    gym: text('gym').notNull(),
    gateway: text('gateway').notNull(),
    room: text('room').notNull(),
    firstSeenAt: utcMs('first_seen_at').notNull(),
    lastSeenAt: utcMs('last_seen_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.gym, t.gateway] })],
);

/** The random part of the processor's client id at the broker: it outlives the processor's data folder. */
export const clientIds = pgTable('client_ids', {
  gym: text('gym').primaryKey(),
  randomPart: text('random_part').notNull(),
});
