// What a repository of credentials in a Vault is described by: the server, how to log in, and which identity gets which secret.
import { z } from 'zod'

const rowShape = z.strictObject({
  /** What the identity has to say; `path` fits what lies below it, too. */
  match: z.record(z.string(), z.string()).refine((match) => Object.keys(match).length > 0, 'expected at least one key'),
  path: z.string().min(1),
  /** Names of the credentials' properties, and of the secrets that they are; all under their own names when absent. */
  properties: z.record(z.string(), z.string()).optional(),
})

export const vaultConfigShape = z.strictObject({
  type: z.string(),
  address: z.string().min(1),
  namespace: z.string().optional(),
  kv: z.enum(['auto', '1', '2']).optional(),
  mount: z.string().optional(),
  caFile: z.string().optional(),
  serverName: z.string().optional(),
  plaintext: z.boolean().optional(),
  timeout: z.string().optional(),
  authMethod: z.enum(['token', 'approle', 'userpass', 'kubernetes']).optional(),
  authMount: z.string().optional(),
  /** For `kubernetes`, which logs in by a file of the machine. */
  role: z.string().optional(),
  jwtFile: z.string().optional(),
  /** The first that fits counts. */
  secrets: z.array(rowShape).min(1).max(1000),
})

export type VaultConfig = z.output<typeof vaultConfigShape>
