// All suites by name. A suite sets up once what its benchmarks share and hands them over.
import type { Benchmark } from './model.ts'
import type { Scope } from './scope.ts'

export type Suite = {
  readonly name: string
  readonly prepare: (scope: Scope) => Promise<readonly Benchmark[]>
}

export async function loadSuites(): Promise<readonly Suite[]> {
  const modules = await Promise.all([
    import('./suites/document.ts'),
    import('./suites/artifact.ts'),
    import('./suites/publish.ts'),
    import('./suites/install.ts'),
    import('./suites/start.ts'),
    import('./suites/resolve.ts'),
    import('./suites/memory.ts'),
  ])
  return modules.map(({ suite }) => suite)
}
