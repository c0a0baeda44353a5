// Words of octo that run in a process of their own end with the one that waits for them.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { FROM_SOURCES } from '../support/machine/from-sources.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

const MODULE = new URL('../../unpublished/octo-process.ts', import.meta.url).href

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  test(`${signal} while the process is started ends it, and not octo alone`, (t) => {
    const lasting = join(tempFolder(t), 'octo.cjs')
    writeFileSync(lasting, 'setTimeout(() => {}, 30_000)')
    const script = `const { showRun } = await import(${JSON.stringify(MODULE)})
      process.argv[1] = ${JSON.stringify(lasting)}
      const stopped = new AbortController().signal
      const running = showRun({ cwd: process.cwd(), env: process.env, folder: '', stopped }, [])
      process.emit('${signal}', '${signal}')
      console.log(JSON.stringify(await running))`
    const words = [...FROM_SOURCES, '--input-type=module', '-e', script]
    const { stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' })
    assert.equal(stdout, '{"exitCode":null,"signal":"SIGTERM"}\n', stderr)
  })
