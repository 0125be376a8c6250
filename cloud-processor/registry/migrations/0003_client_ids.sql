CREATE TABLE client_ids (gym text PRIMARY KEY, random_part text NOT NULL);
