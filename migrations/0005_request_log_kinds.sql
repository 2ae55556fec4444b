CREATE TABLE `__new_request_log` (
	`id` text PRIMARY KEY NOT NULL,
	`created_at` integer NOT NULL,
	`route` text NOT NULL,
	`request_hash` text NOT NULL,
	`set_id` text,
	`status` integer,
	`code` text,
	`model` text,
	`calls` integer,
	`input_tokens` integer,
	`cached_input_tokens` integer,
	`output_tokens` integer,
	`cost_usd` real,
	`upstream_ms` integer,
	`total_ms` integer,
	`caller_user_hash` text,
	`caller_address_hash` text NOT NULL,
	`email_hash` text,
	`fingerprint` text,
	`response_json` text,
	`expires_at` integer
);
--> statement-breakpoint
INSERT INTO `__new_request_log`("id", "created_at", "route", "request_hash", "set_id", "status", "code", "model", "calls", "input_tokens", "cached_input_tokens", "output_tokens", "cost_usd", "upstream_ms", "total_ms", "caller_user_hash", "caller_address_hash", "email_hash", "fingerprint", "response_json", "expires_at") SELECT "id", "created_at", "route", "request_hash", "set_id", "status", "code", "model", "calls", "input_tokens", "cached_input_tokens", "output_tokens", "cost_usd", "upstream_ms", "total_ms", "caller_user_hash", "caller_address_hash", "email_hash", "fingerprint", "response_json", "expires_at" FROM `request_log`;--> statement-breakpoint
DROP TABLE `request_log`;--> statement-breakpoint
ALTER TABLE `__new_request_log` RENAME TO `request_log`;--> statement-breakpoint
CREATE INDEX `request_log_created` ON `request_log` (`created_at`);--> statement-breakpoint
CREATE INDEX `request_log_caller_user` ON `request_log` (`caller_user_hash`);--> statement-breakpoint
CREATE INDEX `request_log_email` ON `request_log` (`email_hash`);--> statement-breakpoint
CREATE INDEX `request_log_keys` ON `request_log` (`expires_at`,`request_hash`) WHERE expires_at IS NOT NULL;--> statement-breakpoint
UPDATE `request_log` SET `status` = NULL, `model` = NULL, `calls` = NULL, `input_tokens` = NULL, `cached_input_tokens` = NULL, `output_tokens` = NULL, `cost_usd` = NULL, `upstream_ms` = NULL, `total_ms` = NULL WHERE `expires_at` IS NOT NULL;
