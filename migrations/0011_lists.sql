DROP INDEX `api_keys_by_organization`;--> statement-breakpoint
CREATE INDEX `api_keys_by_time` ON `api_keys` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `api_keys_by_organization` ON `api_keys` (`organization_id`,`created_at`,`id`);--> statement-breakpoint
DROP INDEX `webhooks_by_organization`;--> statement-breakpoint
CREATE INDEX `webhooks_by_time` ON `webhooks` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `webhooks_by_organization` ON `webhooks` (`organization_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `organizations_by_time` ON `organizations` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `twilio_accounts_by_organization` ON `twilio_accounts` (`organization_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `twilio_accounts_by_time` ON `twilio_accounts` (`created_at`,`id`);