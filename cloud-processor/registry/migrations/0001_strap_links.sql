CREATE TABLE strap_links (
  gym text NOT NULL REFERENCES gyms (gym), sensor text NOT NULL, twin text NOT NULL,
  state text NOT NULL CHECK (state IN ('found', 'given', 'overruled', 'withdrawn')),
  valid_from bigint NOT NULL, found_at bigint, settled boolean NOT NULL,
  PRIMARY KEY (gym, sensor, twin));
--> statement-breakpoint
CREATE UNIQUE INDEX strap_links_one_twin ON strap_links (gym, sensor) WHERE state IN ('found', 'given');
--> statement-breakpoint
CREATE UNIQUE INDEX strap_links_one_sensor ON strap_links (gym, twin) WHERE state IN ('found', 'given');
