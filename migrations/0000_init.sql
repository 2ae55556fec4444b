CREATE TABLE `daily_totals` (
	`day` text NOT NULL,
	`name` text NOT NULL,
	`value` real NOT NULL,
	PRIMARY KEY(`day`, `name`)
);
--> statement-breakpoint
CREATE TABLE `image_days` (
	`day` text PRIMARY KEY NOT NULL,
	`started` integer DEFAULT 0 NOT NULL,
	`generated` integer DEFAULT 0 NOT NULL,
	`failed` integer DEFAULT 0 NOT NULL,
	`input_tokens` integer DEFAULT 0 NOT NULL,
	`output_tokens` integer DEFAULT 0 NOT NULL,
	`cost_usd` real DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE `job_cursors` (
	`job` text PRIMARY KEY NOT NULL,
	`position` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `models` (
	`name` text PRIMARY KEY NOT NULL,
	`shutdown_date` text,
	`checked_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `persona_cache` (
	`id` integer PRIMARY KEY NOT NULL,
	`input_hash` text NOT NULL,
	`set_id` text NOT NULL,
	`personas_json` text NOT NULL,
	`model` text NOT NULL,
	`email_hash` text,
	`user_hash` text,
	`created_at` integer NOT NULL,
	`cost_usd` real NOT NULL,
	`tokens` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `persona_cache_input_hash_unique` ON `persona_cache` (`input_hash`);--> statement-breakpoint
CREATE UNIQUE INDEX `persona_cache_set_id_unique` ON `persona_cache` (`set_id`);--> statement-breakpoint
CREATE INDEX `persona_cache_email` ON `persona_cache` (`email_hash`);--> statement-breakpoint
CREATE INDEX `persona_cache_user` ON `persona_cache` (`user_hash`);--> statement-breakpoint
CREATE TABLE `persona_images` (
	`image_key` text PRIMARY KEY NOT NULL,
	`prompt` text NOT NULL,
	`model` text NOT NULL,
	`size` text NOT NULL,
	`quality` text NOT NULL,
	`initials` text NOT NULL,
	`status` text DEFAULT 'pending' NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`due_at` integer NOT NULL,
	`lease_owner` text,
	`call_id` text,
	`failure` text,
	`content_type` text,
	`bytes` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`ready_at` integer
);
--> statement-breakpoint
CREATE INDEX `persona_images_due` ON `persona_images` (`status`,`due_at`);--> statement-breakpoint
CREATE TABLE `pregenerate_jobs` (
	`input_hash` text PRIMARY KEY NOT NULL,
	`state` text NOT NULL,
	`email_hash` text,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `pregenerate_jobs_state` ON `pregenerate_jobs` (`state`);--> statement-breakpoint
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
	`email_hash` text,
	`fingerprint` text,
	`response_json` text,
	`expires_at` integer
);
--> statement-breakpoint
CREATE INDEX `request_log_created` ON `request_log` (`created_at`);--> statement-breakpoint
CREATE INDEX `request_log_caller_user` ON `request_log` (`caller_user_hash`);--> statement-breakpoint
CREATE INDEX `request_log_email` ON `request_log` (`email_hash`);--> statement-breakpoint
CREATE TABLE `set_images` (
	`image_key` text NOT NULL,
	`input_hash` text NOT NULL,
	`email_hash` text,
	`user_hash` text,
	PRIMARY KEY(`image_key`, `input_hash`)
);
--> statement-breakpoint
CREATE INDEX `set_images_email` ON `set_images` (`email_hash`);--> statement-breakpoint
CREATE INDEX `set_images_user` ON `set_images` (`user_hash`);