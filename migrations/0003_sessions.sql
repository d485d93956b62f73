CREATE TABLE `sessions` (
	`hash` text PRIMARY KEY NOT NULL,
	`mark` text NOT NULL,
	`created_at` integer NOT NULL,
	`seen_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `spent_claims` (
	`nonce` text PRIMARY KEY NOT NULL,
	`expires_at` integer NOT NULL
);
