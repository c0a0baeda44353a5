// What pages are made from.
import type { RegistryDeps } from '../../context.ts'

export type PagesDeps = Pick<RegistryDeps, 'db' | 'config'>
