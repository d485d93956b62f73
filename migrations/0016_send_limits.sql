ALTER TABLE `api_keys` ADD `send_limits` text;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `pauses_itself` integer DEFAULT true NOT NULL;