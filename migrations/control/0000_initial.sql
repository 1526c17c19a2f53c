CREATE TABLE `changes` (
	`tenant` text PRIMARY KEY NOT NULL,
	`seq` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `changes_seq` ON `changes` (`seq`);--> statement-breakpoint
CREATE TABLE `operator_log` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`operator` text NOT NULL,
	`action` text NOT NULL,
	`tenant` text,
	`details` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `operator_log_tenant` ON `operator_log` (`tenant`,`seq`);--> statement-breakpoint
CREATE TABLE `suspensions` (
	`tenant` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`operator` text NOT NULL,
	`reason` text
);
