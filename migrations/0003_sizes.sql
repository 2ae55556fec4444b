ALTER TABLE `persona_images` ADD `sizes_due_at` integer;--> statement-breakpoint
CREATE INDEX `persona_images_sizes_due` ON `persona_images` (`status`,`sizes_due_at`);