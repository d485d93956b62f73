ALTER TABLE `api_keys` ADD `may_send_twice` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `fallback` text;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `offline_limit_seconds` integer DEFAULT 86400 NOT NULL;--> statement-breakpoint
ALTER TABLE `numbers` ADD `caps` text;--> statement-breakpoint
ALTER TABLE `numbers` ADD `line_mark` text;--> statement-breakpoint
ALTER TABLE `twilio_accounts` ADD `kind` text DEFAULT 'twilio' NOT NULL;--> statement-breakpoint
ALTER TABLE `twilio_accounts` ADD `url` text;--> statement-breakpoint
ALTER TABLE `twilio_accounts` ADD `password` text;--> statement-breakpoint
ALTER TABLE `twilio_accounts` ADD `mac` text;