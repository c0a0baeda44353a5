// Why a look at a value or a schema does not come to its end. By themselves, so that who asks what it was loads no more.

/** The schema asks itself about the same value, without end. */
export class EndlessSchema extends Error {}

/** More stands inside of each other than the machine can look at. */
export class TooDeep extends Error {}
