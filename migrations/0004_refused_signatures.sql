ALTER TABLE `twilio_accounts` ADD `refused_signatures` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `twilio_accounts` ADD `last_refused_signature_at` integer;