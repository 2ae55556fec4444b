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
CREATE INDEX `persona_images_due` ON `persona_images` (`status`,`due_at`);