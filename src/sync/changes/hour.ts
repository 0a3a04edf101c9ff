/** An hour, as times are told here. */
export const HOUR_MILLISECONDS = 3_600_000;
