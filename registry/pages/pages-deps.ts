// What pages are made from.
import type { RegistryDeps } from '../deps.ts'

export type PagesDeps = Pick<RegistryDeps, 'db' | 'config'>
