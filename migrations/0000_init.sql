CREATE TABLE `persona_cache` (
	`id` integer PRIMARY KEY NOT NULL,
	`input_hash` text NOT NULL,
	`set_id` text NOT NULL,
	`personas_json` text NOT NULL,
	`model` text NOT NULL,
	`email_hash` text,
	`user_hash` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `persona_cache_input_hash_unique` ON `persona_cache` (`input_hash`);--> statement-breakpoint
CREATE UNIQUE INDEX `persona_cache_set_id_unique` ON `persona_cache` (`set_id`);--> statement-breakpoint
CREATE INDEX `persona_cache_email` ON `persona_cache` (`email_hash`);--> statement-breakpoint
CREATE INDEX `persona_cache_user` ON `persona_cache` (`user_hash`);--> statement-breakpoint
CREATE TABLE `request_log` (
	`id` text PRIMARY KEY NOT NULL,
	`created_at` integer NOT NULL,
	`route` text NOT NULL,
	`request_hash` text NOT NULL,
	`set_id` text,
	`status` integer NOT NULL,
	`code` text,
	`model` text NOT NULL,
	`calls` integer NOT NULL,
	`input_tokens` integer NOT NULL,
	`cached_input_tokens` integer NOT NULL,
	`output_tokens` integer NOT NULL,
	`cost_usd` real NOT NULL,
	`upstream_ms` integer NOT NULL,
	`total_ms` integer NOT NULL,
	`caller_user_hash` text,
	`caller_address_hash` text NOT NULL,
	`email_hash` text
);
--> statement-breakpoint
CREATE INDEX `request_log_created` ON `request_log` (`created_at`);--> statement-breakpoint
CREATE INDEX `request_log_caller_user` ON `request_log` (`caller_user_hash`);--> statement-breakpoint
CREATE INDEX `request_log_email` ON `request_log` (`email_hash`);