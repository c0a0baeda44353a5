// What one message may cost: the characters that its template makes, and the steps that it takes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseMessage, renderMessage } from '../../../config/document/message-template.ts'
import type { ScalarNode } from '../../../config/document/node.ts'
import { parseTree } from '../../../config/document/node.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'

const ROWS: readonly (readonly [template: string, most: number, says: string])[] = [
  ['{{range .count}}0123456789{{end}}', 1638, 'the template makes more than 16384 characters'],
  ['{{range .count}}{{if .}}{{end}}{{end}}', 6000, 'the template takes more than 20000 steps'],
]
for (const [template, most, says] of ROWS)
  test(`${says}: of \`${template}\` ${most} are a message and three times as many none`, () => {
    const node = parseTree(JSON.stringify(template), { name: 'octo.yaml', remote: false }) as ScalarNode
    const message = parseMessage(node, [{ count: 1 }])
    assert.doesNotThrow(() => renderMessage(message, { count: most }))
    const error = expectCode('CONFIG_INVALID', () => renderMessage(message, { count: 3 * most }))
    assert.equal(error.message, `\`octo.yaml\` line 1: ${says}`)
  })
