// The most that is fetched where nobody signs how much it is.

export const MAX_UNSIGNED_BYTES = 4 * 1024 * 1024 * 1024
