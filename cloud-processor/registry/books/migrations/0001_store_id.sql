ALTER TABLE books_states ADD COLUMN id text;
