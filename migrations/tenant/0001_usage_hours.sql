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
CREATE INDEX `calls_open` ON `calls` (`id`) WHERE state = 'open';--> statement-breakpoint
-- By hand: what the calls of an earlier version used. All of it waits to be rolled up.
INSERT INTO `usage_hours` SELECT
	`at` - `at` % 3600000,
	count(*),
	coalesce(sum(`state` = 'closed' AND `status` >= 400), 0),
	sum(`state` = 'in-doubt'),
	sum(`upstream_calls`),
	sum(`billed_calls`),
	sum(`saved_calls`),
	sum(`cost_micros`),
	sum(`bytes_in`),
	sum(`bytes_out`),
	0
FROM `calls` WHERE `state` <> 'open' GROUP BY 1;
