import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Id, Session } from '@pulseboard/contract';
import { and, asc, desc, eq, gt, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import { ASSUMED_HR_MAX_BPM, type Assignment, type Link, type ProfileVersion, type RosterData } from '../aggregation/roster.js';
import type { NewMember, Registry, Room, SeenGateway, StrapLink } from './registry.js';
import { type RegistryDatabase, shortly } from './registry-database.js';
import { assignments, clientIds, gateways, gyms, members, profileVersions, rooms, sessions, strapLinks } from './schema.js';

/** What the registry was asked failed. The message is a short sentence: it goes into logs. */
export class RegistryAwayError extends Error {
  readonly code = 'REGISTRY_AWAY';
}

/** The registry in tables of PostgreSQL, in this process or on a server; how durable they are says who opens the database. Each method throws RegistryAwayError. */
export class SqlRegistry implements Registry {
  private constructor(
    /** Whatever else lives in it ends when this is closed. */
    readonly database: RegistryDatabase,
    private readonly db: RegistryDatabase['db'],
  ) {}

  /** Brings the tables up to date. @param database is closed with it */
  static async open(database: RegistryDatabase): Promise<SqlRegistry> {
    await database.migrate(migrationsFolder());
    return new SqlRegistry(database, database.db);
  }

  async roster(gym: Id): Promise<RosterData> {
    const [[known], people, profiles, worn, links] = await asking(() =>
      Promise.all([
        this.db.select().from(gyms).where(eq(gyms.gym, gym)),
        this.db.select().from(members).where(eq(members.gym, gym)),
        this.db.select().from(profileVersions).where(eq(profileVersions.gym, gym)),
        this.db.select().from(assignments).where(eq(assignments.gym, gym)),
        this.db
          .select({ sensor: strapLinks.sensor, twin: strapLinks.twin, from: strapLinks.from })
          .from(strapLinks)
          .where(and(eq(strapLinks.gym, gym), inArray(strapLinks.state, ['found', 'given']))),
      ]),
    );
    return {
      assumedHrMaxBpm: known?.assumedHrMaxBpm ?? ASSUMED_HR_MAX_BPM,
      members: people.map(({ member, nickname, consent }) => ({ member, nickname, consent })),
      profiles: profiles.map(({ gym: _, ...version }) => withoutNulls(version) as unknown as ProfileVersion),
      assignments: worn.map(({ gym: _, ...assignment }) => withoutNulls(assignment) as unknown as Assignment),
      links,
    };
  }

  async ensureRoom(gym: Id, room: Id): Promise<Room> {
    await asking(async () => {
      await this.db
        .insert(gyms)
        .values({ gym, name: title(gym), assumedHrMaxBpm: ASSUMED_HR_MAX_BPM })
        .onConflictDoNothing();
      await this.db
        .insert(rooms)
        .values({ gym, room, name: title(room) })
        .onConflictDoNothing();
    });
    return (await this.rooms()).find((r) => r.gym === gym && r.room === room)!;
  }

  async rooms(): Promise<Room[]> {
    return asking(async () => this.db.select().from(rooms).orderBy(rooms.gym, rooms.room));
  }

  async addMembers(gym: Id, people: readonly NewMember[], from: number): Promise<void> {
    await asking(() =>
      this.db.transaction(async (tx) => {
        for (const { member, nickname, consent, ageYears, weightKg, sex, ownHrMaxBpm, sensors } of people) {
          const added = await tx.insert(members).values({ gym, member, nickname, consent }).onConflictDoNothing().returning();
          if (added.length === 0) continue;
          await tx.insert(profileVersions).values({
            gym,
            member,
            from,
            ageYears: ageYears ?? null,
            weightKg: weightKg ?? null,
            sex: sex ?? null,
            ownHrMaxBpm: ownHrMaxBpm ?? null,
          });
          for (const sensor of sensors) await tx.insert(assignments).values({ gym, sensor, member, from });
        }
      }),
    );
  }

  async addStraps(gym: Id, straps: readonly { member: Id; sensor: Id }[], from: number): Promise<void> {
    if (straps.length === 0) return;
    const rows = straps.map(({ member, sensor }) => ({ gym, sensor, member, from }));
    await asking(async () => this.db.insert(assignments).values(rows).onConflictDoNothing());
  }

  async gymOf(member: Id): Promise<Id | undefined> {
    const [row] = await asking(async () => this.db.select({ gym: members.gym }).from(members).where(eq(members.member, member)).limit(1));
    return row?.gym;
  }

  async runningSessions(): Promise<Session[]> {
    const rows = await asking(async () => this.db.select().from(sessions).where(isNull(sessions.endedAt)));
    return rows.map(({ endedAt: _, ...session }) => ({ ...session, state: 'running' as const }));
  }

  async sessions({ gym, room, from, until, limit }: { gym: Id; room: Id; from: number; until: number; limit: number }): Promise<Session[]> {
    const overlap = and(
      eq(sessions.gym, gym),
      eq(sessions.room, room),
      lt(sessions.startedAt, until),
      or(isNull(sessions.endedAt), gt(sessions.endedAt, from)),
    );
    const rows = await asking(async () => this.db.select().from(sessions).where(overlap).orderBy(desc(sessions.startedAt)).limit(limit));
    return rows.map(({ endedAt, ...session }) =>
      endedAt === null ? { ...session, state: 'running' as const } : { ...session, state: 'ended' as const, endedAt },
    );
  }

  async saveSession({ gym, room, session, kind, startedAt, endedAt }: Session): Promise<void> {
    const row = { gym, room, session, kind, startedAt, endedAt: endedAt ?? null };
    await asking(async () =>
      this.db
        .insert(sessions)
        .values(row)
        .onConflictDoUpdate({
          target: [sessions.gym, sessions.room, sessions.session],
          set: { startedAt: row.startedAt, endedAt: row.endedAt },
        }),
    );
  }

  async strapLinks(): Promise<(StrapLink & { gym: Id })[]> {
    const rows = await asking(async () => this.db.select().from(strapLinks).orderBy(strapLinks.gym, strapLinks.sensor, strapLinks.twin));
    return rows.map((row) => withoutNulls(row) as unknown as StrapLink & { gym: Id });
  }

  async saveStrapLink(gym: Id, { sensor, twin, state, from, foundAt, settled }: StrapLink): Promise<void> {
    const known = { state, from, foundAt: foundAt ?? null, settled };
    await asking(async () =>
      this.db
        .insert(strapLinks)
        .values({ gym, sensor, twin, ...known })
        .onConflictDoUpdate({ target: [strapLinks.gym, strapLinks.sensor, strapLinks.twin], set: known }),
    );
  }

  async removeStrapLink(gym: Id, { sensor, twin }: Pick<Link, 'sensor' | 'twin'>): Promise<void> {
    await asking(async () =>
      this.db.delete(strapLinks).where(and(eq(strapLinks.gym, gym), eq(strapLinks.sensor, sensor), eq(strapLinks.twin, twin))),
    );
  }

  async gateways(): Promise<SeenGateway[]> {
    return asking(async () => this.db.select().from(gateways).orderBy(asc(gateways.lastSeenAt), gateways.gym, gateways.gateway));
  }

  async saveGateways(seen: readonly SeenGateway[], most: number): Promise<void> {
    if (seen.length === 0) return;
    const rows = seen.map(({ gym, room, gateway, firstSeenAt, lastSeenAt }) => ({ gym, room, gateway, firstSeenAt, lastSeenAt }));
    await asking(async () => {
      await this.db
        .insert(gateways)
        .values(rows)
        .onConflictDoUpdate({
          target: [gateways.gym, gateways.gateway],
          set: {
            room: sql`excluded.room`,
            firstSeenAt: sql`least(${gateways.firstSeenAt}, excluded.first_seen_at)`,
            lastSeenAt: sql`excluded.last_seen_at`,
          },
        });
      await this.db.execute(sql`
        DELETE FROM gateways AS g USING (SELECT gym, gateway FROM gateways ORDER BY last_seen_at DESC, gym, gateway OFFSET ${most}) AS old
        WHERE g.gym = old.gym AND g.gateway = old.gateway`);
    });
  }

  async clientIdPart(gym: Id, random: string): Promise<string> {
    return asking(async () => {
      await this.db.insert(clientIds).values({ gym, randomPart: random }).onConflictDoNothing();
      const [row] = await this.db.select().from(clientIds).where(eq(clientIds.gym, gym));
      return row!.randomPart;
    });
  }

  async close(): Promise<void> {
    await this.database.close();
  }
}

/** @throws RegistryAwayError */
async function asking<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new RegistryAwayError(`the registry cannot be used: ${shortly(error)}`);
  }
}

/** The SQL files stand beside the source; the compiled code is one folder deeper. */
function migrationsFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const beside = join(here, 'migrations');
  return existsSync(beside) ? beside : join(here, '..', '..', 'registry', 'migrations');
}

const title = (id: Id): string => id.charAt(0).toUpperCase() + id.slice(1).replaceAll(/[-_]/g, ' ');

const withoutNulls = (row: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
