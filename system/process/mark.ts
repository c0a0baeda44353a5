// What the processes of a service carry in their environment, so that they are known as its own also when they left its session.
// Light: a warm run loads it.

/** Whoever starts something that is none of the service takes it away. */
export const MARK = 'OCTO_INSTANCE'
