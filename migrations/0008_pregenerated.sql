ALTER TABLE `persona_images` ADD `batch_usd` real DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `pregenerate_inputs` ADD `batch_usd` real DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `pregenerate_inputs` ADD `made` integer DEFAULT false NOT NULL;