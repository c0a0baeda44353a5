// A suite sets up once what its benchmarks share and hands them over.
import type { Benchmark } from './model.ts'
import type { Scope } from './scope.ts'

export type Suite = {
  readonly name: string
  readonly prepare: (scope: Scope) => Promise<readonly Benchmark[]>
}
