CREATE TABLE gateways (
  gym text NOT NULL, gateway text NOT NULL, room text NOT NULL,
  first_seen_at bigint NOT NULL, last_seen_at bigint NOT NULL,
  PRIMARY KEY (gym, gateway));
