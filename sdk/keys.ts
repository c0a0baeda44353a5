// Public keys as octo writes them, for plugins that work with the keys of publishers.
export type { TrustKey } from '../schemas/trust-key.ts'
export { parsePublicKey } from '../schemas/trust-key.ts'
