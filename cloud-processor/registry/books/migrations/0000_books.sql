CREATE TABLE books_states (store text PRIMARY KEY, epoch integer NOT NULL, watermark_at bigint, note text);
--> statement-breakpoint
CREATE TABLE books_flushes (store text PRIMARY KEY, flush text NOT NULL);
--> statement-breakpoint
ALTER TABLE books_flushes ALTER COLUMN flush SET STORAGE EXTERNAL;
--> statement-breakpoint
CREATE TABLE books_spools (
  store text NOT NULL, spool text COLLATE "C" NOT NULL, gym text NOT NULL, room text NOT NULL, gateway text NOT NULL,
  ranges text NOT NULL, gone text NOT NULL, closed boolean NOT NULL, dead_lettered bigint NOT NULL, told text,
  PRIMARY KEY (store, spool));
--> statement-breakpoint
CREATE TABLE books_dead_letters (
  store text NOT NULL, spool text COLLATE "C" NOT NULL, number bigint NOT NULL, gym text NOT NULL, room text NOT NULL, gateway text NOT NULL,
  arrived_at bigint NOT NULL, reason text NOT NULL, detail text NOT NULL, payload text NOT NULL,
  PRIMARY KEY (store, spool, number));
--> statement-breakpoint
CREATE INDEX books_dead_letters_newest ON books_dead_letters (store, arrived_at DESC, spool, number);
