DROP INDEX `unclaimed_inbound_by_number`;--> statement-breakpoint
CREATE INDEX `unclaimed_inbound_by_time` ON `unclaimed_inbound` (`received_at`);--> statement-breakpoint
CREATE INDEX `unclaimed_inbound_by_number` ON `unclaimed_inbound` (`number`,`received_at`,`provider_id`);--> statement-breakpoint
ALTER TABLE `organizations` ADD `version` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `organizations` ADD `published_version` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
-- A lobby that is open already has a snapshot numbered by the clock: what comes next must be newer.
UPDATE `organizations` SET `version` = unixepoch() * 1000, `published_version` = 1;--> statement-breakpoint
-- A revoked key holds no numbers, and its pool learns that its webhooks are silent.
UPDATE `numbers` SET `api_key_id` = NULL, `position` = NULL WHERE `api_key_id` IN (SELECT `id` FROM `api_keys` WHERE `status` = 'revoked');--> statement-breakpoint
UPDATE `api_keys` SET `version` = `version` + 1 WHERE `status` = 'revoked';
