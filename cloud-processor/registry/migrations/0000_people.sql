CREATE TABLE gyms (gym text PRIMARY KEY, name text NOT NULL, assumed_hr_max_bpm integer NOT NULL);
--> statement-breakpoint
CREATE TABLE rooms (gym text NOT NULL REFERENCES gyms (gym), room text NOT NULL, name text NOT NULL, PRIMARY KEY (gym, room));
--> statement-breakpoint
CREATE TABLE members (gym text NOT NULL REFERENCES gyms (gym), member text NOT NULL, nickname text NOT NULL, consent boolean NOT NULL, PRIMARY KEY (gym, member));
--> statement-breakpoint
CREATE TABLE profile_versions (
  gym text NOT NULL, member text NOT NULL, valid_from bigint NOT NULL,
  age_years integer, weight_kg real, sex text CHECK (sex IN ('female', 'male')), own_hr_max_bpm integer,
  PRIMARY KEY (gym, member, valid_from), FOREIGN KEY (gym, member) REFERENCES members (gym, member));
--> statement-breakpoint
CREATE TABLE assignments (
  gym text NOT NULL, sensor text NOT NULL, member text NOT NULL, valid_from bigint NOT NULL, valid_until bigint,
  PRIMARY KEY (gym, sensor, valid_from), FOREIGN KEY (gym, member) REFERENCES members (gym, member),
  CHECK (valid_until IS NULL OR valid_until > valid_from));
--> statement-breakpoint
CREATE TABLE sessions (
  gym text NOT NULL, room text NOT NULL, session text NOT NULL, kind text NOT NULL CHECK (kind IN ('open-gym', 'class')),
  started_at bigint NOT NULL, ended_at bigint, PRIMARY KEY (gym, room, session), FOREIGN KEY (gym, room) REFERENCES rooms (gym, room));
