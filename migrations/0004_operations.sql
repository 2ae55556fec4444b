CREATE TABLE `audit_log` (
	`id` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`action` text NOT NULL,
	`subject_hash` text,
	`outcome` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `audit_log_at` ON `audit_log` (`at`);--> statement-breakpoint
ALTER TABLE `persona_cache` ADD `last_shown_on` text;--> statement-breakpoint
CREATE INDEX `persona_cache_shown` ON `persona_cache` (`last_shown_on`,`created_at`);--> statement-breakpoint
CREATE INDEX `set_images_set` ON `set_images` (`input_hash`);