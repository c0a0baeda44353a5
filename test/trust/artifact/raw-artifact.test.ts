import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digestOf } from '../../../schemas/digest.ts'
import { isCoded } from '../../../schemas/errors.ts'
import type { Platform } from '../../../schemas/platform.ts'
import type { ReleaseArtifact } from '../../../schemas/release-statement.ts'
import { inspectArtifact } from '../../../trust/artifact/inspect-artifact.ts'
import { proveRawArtifact } from '../../../trust/artifact/raw-artifact.ts'
import { inPieces } from '../../support/builders/archive-builder.ts'
import { aMachO, anElfFile } from '../../support/builders/native-files.ts'
import { aScript } from '../../support/builders/test-authority.ts'

const LINUX = 'linux_amd64' as Platform
const GOOD = anElfFile({ needed: ['libc.so.6'], interpreter: '/lib64/ld-linux-x86-64.so.2', runpath: '/usr/lib' })
const UNSAFE = anElfFile({ runpath: 'lib' })
const TEXT = Buffer.from('no program')
const ODD_SCRIPT = Buffer.from('#!bin/sh\n')

const artifactOf = (bytes: Buffer): ReleaseArtifact => ({
  file: 'tool_1.0.0_linux_amd64',
  digest: digestOf(bytes),
  size: bytes.length,
  format: 'raw',
  executable: 'tool',
})

const changed = (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) ?? 0) ^ 1])])

type Row = { readonly promised: Buffer; readonly sent?: Buffer; readonly code?: string }

const ROWS: Readonly<Record<string, Row>> = {
  'a program': { promised: GOOD },
  'a script': { promised: aScript() },
  'other bytes of the same size': { promised: GOOD, sent: changed(GOOD), code: 'DIGEST_MISMATCH' },
  'one byte too few': { promised: GOOD, sent: GOOD.subarray(0, -1), code: 'SIZE_MISMATCH' },
  'one byte too many': { promised: GOOD, sent: Buffer.concat([GOOD, Buffer.alloc(1)]), code: 'SIZE_MISMATCH' },
  nothing: { promised: GOOD, sent: Buffer.alloc(0), code: 'SIZE_MISMATCH' },
  'a promised nothing': { promised: Buffer.alloc(0), code: 'PLATFORM_MISMATCH' },
  "another system's program": { promised: aMachO(), code: 'PLATFORM_MISMATCH' },
  'a text': { promised: TEXT, code: 'PLATFORM_MISMATCH' },
  'a program with libraries in the folder of work': { promised: UNSAFE, code: 'PROGRAM_UNSAFE' },
  'a script for an interpreter in the folder of work': { promised: ODD_SCRIPT, code: 'PROGRAM_UNSAFE' },
  'damaged bytes that are unsafe too': { promised: UNSAFE, sent: changed(UNSAFE), code: 'DIGEST_MISMATCH' },
}

/** What was found, or the code and message of what was thrown. */
async function answerOf(act: () => unknown): Promise<{ readonly code?: string }> {
  try {
    return (await act()) as object
  } catch (error) {
    assert(isCoded(error))
    return { code: error.code, message: error.message } as object
  }
}

for (const [title, { promised, sent = promised, code }] of Object.entries(ROWS))
  test(`${title}: answered while it comes as when it is read again, ${code ?? 'proven'}`, async () => {
    const artifact = artifactOf(promised)
    for (const length of [1, 64, sent.length + 1]) {
      const coming = await answerOf(async () => {
        const proof = proveRawArtifact(artifact, LINUX)
        for await (const chunk of inPieces(sent, length)) proof.update(chunk)
        return proof.finish()
      })
      const read = await answerOf(async () => {
        const chunks = inPieces(sent, length)
        return (await inspectArtifact({ chunks, artifact, platform: LINUX })).needs
      })
      assert.deepEqual(coming, read)
      assert.equal(coming.code, code)
    }
  })
