// What others wrote is run for a bounded time: how it is run, and what is thrown where the time was over. The clock is of system/.

/** Gives what `act` gives, or throws; TimedOut where that takes too long. */
export type InTime = <T>(act: () => T) => T

export class TimedOut extends Error {}
