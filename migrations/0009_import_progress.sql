CREATE TABLE `import_progress` (
	`only` integer PRIMARY KEY NOT NULL,
	`line` integer NOT NULL,
	`done` integer NOT NULL
);
