CREATE TABLE `batch_items` (
	`id` text PRIMARY KEY NOT NULL,
	`endpoint` text NOT NULL,
	`key` text,
	`input_json` text,
	`email_hash` text,
	`batch_id` text,
	`asked` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `batch_items_key_unique` ON `batch_items` (`key`);--> statement-breakpoint
CREATE INDEX `batch_items_batch` ON `batch_items` (`batch_id`,`endpoint`,`created_at`);--> statement-breakpoint
CREATE INDEX `batch_items_email` ON `batch_items` (`email_hash`);--> statement-breakpoint
CREATE TABLE `batches` (
	`id` text PRIMARY KEY NOT NULL,
	`endpoint` text NOT NULL,
	`state` text NOT NULL,
	`input_file` text,
	`upstream_id` text,
	`output_file` text,
	`error_file` text,
	`cancelled` integer DEFAULT false NOT NULL,
	`reserved_usd` real DEFAULT 0 NOT NULL,
	`day` text NOT NULL,
	`cost_usd` real DEFAULT 0 NOT NULL,
	`due_at` integer NOT NULL,
	`lease_owner` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `batches_due` ON `batches` (`state`,`due_at`);--> statement-breakpoint
CREATE TABLE `pregenerate_inputs` (
	`job_id` text NOT NULL,
	`position` integer NOT NULL,
	`input_hash` text NOT NULL,
	`email_hash` text,
	`state` text NOT NULL,
	`code` text,
	`cost_usd` real DEFAULT 0 NOT NULL,
	PRIMARY KEY(`job_id`, `position`)
);
--> statement-breakpoint
CREATE INDEX `pregenerate_inputs_hash` ON `pregenerate_inputs` (`input_hash`);--> statement-breakpoint
CREATE INDEX `pregenerate_inputs_email` ON `pregenerate_inputs` (`email_hash`);--> statement-breakpoint
CREATE INDEX `pregenerate_inputs_state` ON `pregenerate_inputs` (`state`);--> statement-breakpoint
DROP TABLE `pregenerate_jobs`;--> statement-breakpoint
CREATE TABLE `pregenerate_jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`mode` text NOT NULL,
	`created_at` integer NOT NULL,
	`cancelled_at` integer,
	`ended_at` integer
);
--> statement-breakpoint
CREATE INDEX `pregenerate_jobs_ended` ON `pregenerate_jobs` (`ended_at`);--> statement-breakpoint
ALTER TABLE `persona_images` ADD `cost_usd` real DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `persona_images` ADD `economy` integer DEFAULT false NOT NULL;