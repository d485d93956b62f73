CREATE TABLE `begun` (
	`kind` text NOT NULL,
	`subject` text NOT NULL,
	`detail` text NOT NULL,
	`since` integer NOT NULL,
	PRIMARY KEY(`kind`, `subject`)
);
