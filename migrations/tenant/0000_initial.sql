CREATE TABLE `attempts` (
	`call` text NOT NULL,
	`seq` integer NOT NULL,
	`purpose` text NOT NULL,
	`method` text NOT NULL,
	`path` text NOT NULL,
	`status` integer,
	`duration_ms` integer,
	`billed` integer NOT NULL,
	PRIMARY KEY(`call`, `seq`),
	FOREIGN KEY (`call`) REFERENCES `calls`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `calls` (
	`id` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`credential` text,
	`client_address` text,
	`user_agent` text,
	`client_request_id` text,
	`method` text NOT NULL,
	`operation` text NOT NULL,
	`resource_type` text,
	`resource_id` text,
	`status` integer,
	`scim_type` text,
	`duration_ms` integer,
	`bytes_in` integer NOT NULL,
	`bytes_out` integer NOT NULL,
	`upstream_calls` integer NOT NULL,
	`billed_calls` integer NOT NULL,
	`saved_calls` integer NOT NULL,
	`cost_micros` integer NOT NULL,
	`state` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `calls_at` ON `calls` (`at`,`id`);--> statement-breakpoint
CREATE TABLE `credentials` (
	`id` text PRIMARY KEY NOT NULL,
	`label` text,
	`hash` text NOT NULL,
	`access` text NOT NULL,
	`resource_types` text,
	`created_at` integer NOT NULL,
	`created_by` text,
	`expires_at` integer,
	`revoked_at` integer,
	`last_used_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `credentials_hash_unique` ON `credentials` (`hash`);--> statement-breakpoint
CREATE TABLE `directory_notes` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `memberships` (
	`group_seq` integer NOT NULL,
	`member_seq` integer NOT NULL,
	PRIMARY KEY(`group_seq`, `member_seq`)
);
--> statement-breakpoint
CREATE INDEX `memberships_by_member` ON `memberships` (`member_seq`,`group_seq`);--> statement-breakpoint
CREATE TABLE `resource_keys` (
	`seq` integer NOT NULL,
	`attribute` text NOT NULL,
	`value` text NOT NULL,
	`single` integer NOT NULL,
	PRIMARY KEY(`seq`, `attribute`, `value`)
);
--> statement-breakpoint
CREATE INDEX `resource_keys_by_value` ON `resource_keys` (`attribute`,`value`,`seq`);--> statement-breakpoint
CREATE UNIQUE INDEX `resource_keys_single` ON `resource_keys` (`attribute`,`value`) WHERE single = 1;--> statement-breakpoint
CREATE TABLE `resources` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`type` text NOT NULL,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`modified_at` integer NOT NULL,
	`display` text,
	`body` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `resources_id_unique` ON `resources` (`id`);--> statement-breakpoint
CREATE INDEX `resources_by_type` ON `resources` (`type`);