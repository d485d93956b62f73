CREATE TABLE `master_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`newest_since` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `api_key_secrets` ADD `made_under` text;