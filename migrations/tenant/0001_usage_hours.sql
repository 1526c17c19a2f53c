CREATE TABLE `usage_hours` (
	`hour` integer PRIMARY KEY NOT NULL,
	`calls` integer NOT NULL,
	`errors` integer NOT NULL,
	`in_doubt` integer NOT NULL,
	`upstream_calls` integer NOT NULL,
	`billed_calls` integer NOT NULL,
	`saved_calls` integer NOT NULL,
	`cost_micros` integer NOT NULL,
	`bytes_in` integer NOT NULL,
	`bytes_out` integer NOT NULL,
	`rolled_up` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `usage_hours_waiting` ON `usage_hours` (`hour`) WHERE rolled_up < calls;--> statement-breakpoint
CREATE INDEX `calls_open` ON `calls` (`id`) WHERE state = 'open';