CREATE TABLE `api_key_secrets` (
	`key_id` text NOT NULL,
	`hash` text NOT NULL,
	`valid_until` integer,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`key_id`, `hash`),
	FOREIGN KEY (`key_id`) REFERENCES `api_keys`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`name` text NOT NULL,
	`mode` text NOT NULL,
	`status` text NOT NULL,
	`hint` text NOT NULL,
	`selection` text,
	`allowed_countries` text,
	`daily_cap` integer,
	`shorten_links` integer DEFAULT false NOT NULL,
	`resend_unknown` integer DEFAULT false NOT NULL,
	`short_number` integer NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`published_version` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`revoked_at` integer,
	FOREIGN KEY (`organization_id`) REFERENCES `organizations`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `api_keys_by_organization` ON `api_keys` (`organization_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_by_short_number` ON `api_keys` (`short_number`);--> statement-breakpoint
CREATE TABLE `numbers` (
	`address` text PRIMARY KEY NOT NULL,
	`allocation_id` text NOT NULL,
	`organization_id` text NOT NULL,
	`account_id` text,
	`protocol` text NOT NULL,
	`channel` text NOT NULL,
	`provider_id` text,
	`friendly_name` text,
	`api_key_id` text,
	`position` integer,
	`weight` integer DEFAULT 1 NOT NULL,
	`type` text DEFAULT 'dedicated' NOT NULL,
	`messages_per_second` integer,
	`is_active` integer DEFAULT true NOT NULL,
	`capabilities` text NOT NULL,
	`messaging_service_sid` text,
	`previous_webhooks` text,
	`webhook_ok` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organizations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`account_id`) REFERENCES `twilio_accounts`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`api_key_id`) REFERENCES `api_keys`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `numbers_by_key` ON `numbers` (`api_key_id`,`position`);--> statement-breakpoint
CREATE INDEX `numbers_by_account` ON `numbers` (`account_id`);--> statement-breakpoint
CREATE TABLE `organizations` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`country_code` text,
	`selection` text NOT NULL,
	`sandbox_block` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `twilio_accounts` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`name` text NOT NULL,
	`account_sid` text NOT NULL,
	`sandbox` integer DEFAULT false NOT NULL,
	`api_key_sid` text,
	`api_key_secret` text,
	`auth_token` text,
	`previous_auth_token` text,
	`previous_valid_until` integer,
	`region` text,
	`edge` text,
	`messaging_service_sid` text,
	`voice_forward` text,
	`sync` text NOT NULL,
	`status` text DEFAULT 'connected' NOT NULL,
	`status_reason` text,
	`checked_at` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organizations`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `twilio_accounts_by_sid` ON `twilio_accounts` (`organization_id`,`account_sid`);--> statement-breakpoint
CREATE TABLE `unclaimed_inbound` (
	`provider_id` text PRIMARY KEY NOT NULL,
	`number` text NOT NULL,
	`body` text NOT NULL,
	`received_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `unclaimed_inbound_by_number` ON `unclaimed_inbound` (`number`);--> statement-breakpoint
CREATE TABLE `webhooks` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`api_key_id` text,
	`owner` text NOT NULL,
	`url` text NOT NULL,
	`type` text NOT NULL,
	`events` text,
	`numbers` text,
	`format` text DEFAULT 'blooio' NOT NULL,
	`event_name` text DEFAULT 'campaign' NOT NULL,
	`secret` text NOT NULL,
	`previous_secret` text,
	`previous_valid_until` integer,
	`rotation_count` integer DEFAULT 0 NOT NULL,
	`valid_until` integer DEFAULT -1 NOT NULL,
	`deprecated_at` integer,
	`disabled_at` integer,
	`disabled_because` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organizations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`api_key_id`) REFERENCES `api_keys`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `webhooks_by_organization` ON `webhooks` (`organization_id`);--> statement-breakpoint
CREATE INDEX `webhooks_by_key` ON `webhooks` (`api_key_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `webhooks_by_url` ON `webhooks` (`owner`,`url`);