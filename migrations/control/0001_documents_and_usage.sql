CREATE TABLE `document_hosts` (
	`host` text PRIMARY KEY NOT NULL,
	`tenant` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `document_hosts_tenant` ON `document_hosts` (`tenant`);--> statement-breakpoint
CREATE TABLE `documents` (
	`tenant` text NOT NULL,
	`number` integer NOT NULL,
	`at` integer NOT NULL,
	`operator` text NOT NULL,
	`action` text NOT NULL,
	`version` text,
	`file` text,
	`templates` text,
	`summary` text,
	PRIMARY KEY(`tenant`, `number`)
);
--> statement-breakpoint
CREATE TABLE `usage_rollups` (
	`by` text NOT NULL,
	`period` integer NOT NULL,
	`tenant` text NOT NULL,
	`calls` integer NOT NULL,
	`errors` integer NOT NULL,
	`in_doubt` integer NOT NULL,
	`upstream_calls` integer NOT NULL,
	`billed_calls` integer NOT NULL,
	`saved_calls` integer NOT NULL,
	`cost_micros` integer NOT NULL,
	`currency` text,
	`bytes_in` integer NOT NULL,
	`bytes_out` integer NOT NULL,
	PRIMARY KEY(`by`, `period`, `tenant`)
);
