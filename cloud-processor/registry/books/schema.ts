import { bigint, boolean, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';

const whole = (name: string) => bigint(name, { mode: 'number' });

/** Whose books they are: several stores may have theirs in one database. */
const owner = () => text('store').notNull();

export const states = pgTable('books_states', {
  store: owner().primaryKey(),
  epoch: integer('epoch').notNull(),
  /** `StoreId`; absent before the first begin. */
  id: text('id'),
  watermarkAt: whole('watermark_at'),
  /** The store's own. */
  note: text('note'),
});

/** The flush that was committed last. */
export const flushes = pgTable('books_flushes', { store: owner().primaryKey(), flush: text('flush').notNull() });

export const spools = pgTable(
  'books_spools',
  {
    store: owner(),
    spool: text('spool').notNull(),
    gym: text('gym').notNull(),
    room: text('room').notNull(),
    gateway: text('gateway').notNull(),
    /** JSON. */
    ranges: text('ranges').notNull(),
    /** JSON. */
    gone: text('gone').notNull(),
    closed: boolean('closed').notNull(),
    deadLettered: whole('dead_lettered').notNull(),
    /** JSON. */
    told: text('told'),
  },
  (t) => [primaryKey({ columns: [t.store, t.spool] })],
);

export const deadLetters = pgTable(
  'books_dead_letters',
  {
    store: owner(),
    spool: text('spool').notNull(),
    number: whole('number').notNull(),
    gym: text('gym').notNull(),
    room: text('room').notNull(),
    gateway: text('gateway').notNull(),
    arrivedAt: whole('arrived_at').notNull(),
    reason: text('reason', { enum: ['implausible', 'ahead', 'too-old', 'refused'] }).notNull(),
    /** JSON of a text: PostgreSQL's own texts hold no NUL and no half characters. */
    detail: text('detail').notNull(),
    /** Likewise. */
    payload: text('payload').notNull(),
  },
  (t) => [primaryKey({ columns: [t.store, t.spool, t.number] })],
);
