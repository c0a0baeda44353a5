// All suites, in the order in which they run.
import type { Suite } from './suite.ts'
import { suite as artifact } from './suites/artifact.ts'
import { suite as checks } from './suites/checks.ts'
import { suite as document } from './suites/document.ts'
import { suite as hostile } from './suites/hostile.ts'
import { suite as install } from './suites/install.ts'
import { suite as memory } from './suites/memory.ts'
import { suite as ocm } from './suites/ocm.ts'
import { suite as publish } from './suites/publish.ts'
import { suite as resolve } from './suites/resolve.ts'
import { suite as services } from './suites/services.ts'
import { suite as start } from './suites/start.ts'

export const SUITES: readonly Suite[] = [
  ...[start, document, artifact, publish, install, resolve, hostile, memory],
  ...[checks, services, ocm],
]
