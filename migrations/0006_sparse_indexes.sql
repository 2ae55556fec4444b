DROP INDEX `persona_cache_email`;--> statement-breakpoint
DROP INDEX `persona_cache_user`;--> statement-breakpoint
CREATE INDEX `persona_cache_email` ON `persona_cache` (`email_hash`) WHERE email_hash IS NOT NULL;--> statement-breakpoint
CREATE INDEX `persona_cache_user` ON `persona_cache` (`user_hash`) WHERE user_hash IS NOT NULL;--> statement-breakpoint
DROP INDEX `request_log_caller_user`;--> statement-breakpoint
DROP INDEX `request_log_email`;--> statement-breakpoint
CREATE INDEX `request_log_caller_user` ON `request_log` (`caller_user_hash`) WHERE caller_user_hash IS NOT NULL;--> statement-breakpoint
CREATE INDEX `request_log_email` ON `request_log` (`email_hash`) WHERE email_hash IS NOT NULL;--> statement-breakpoint
DROP INDEX `set_images_email`;--> statement-breakpoint
DROP INDEX `set_images_user`;--> statement-breakpoint
CREATE INDEX `set_images_email` ON `set_images` (`email_hash`) WHERE email_hash IS NOT NULL;--> statement-breakpoint
CREATE INDEX `set_images_user` ON `set_images` (`user_hash`) WHERE user_hash IS NOT NULL;