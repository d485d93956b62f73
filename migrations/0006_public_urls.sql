CREATE TABLE `public_urls` (
	`url` text PRIMARY KEY NOT NULL,
	`since` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `numbers` ADD `webhook_address` text;