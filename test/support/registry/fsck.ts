// `octo registry fsck` over a data directory that no registry is serving: database, blobs and tree agree.
import assert from 'node:assert/strict'
import { typeOcto } from '../octo/in-process-octo.ts'

type FsckReport = {
  readonly versions: number
  readonly orphans: number
  readonly problems: readonly unknown[]
  readonly tree: { readonly problems: number; readonly findings: readonly unknown[] } | null
}

export async function expectCleanFsck(dataDir: string): Promise<FsckReport> {
  const { code, stdout, stderr } = await typeOcto(['registry', 'fsck', '--data', dataDir, '--json'])
  assert.ok(stdout.startsWith('{'), `fsck: ${stderr}`)
  const report = JSON.parse(stdout) as FsckReport
  assert.deepEqual(report.problems, [])
  assert.deepEqual(report.tree?.findings, [])
  assert.equal(code, 0, stderr)
  return report
}
