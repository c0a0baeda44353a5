// Secrets that stand in a text beside other things.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HIDDEN, withoutSecrets } from '../../../config/model/named-secrets.ts'

const rows: readonly (readonly [text: string, shown: string])[] = [
  ['DB_PASSWORD=abc', `DB_PASSWORD=${HIDDEN}`],
  ['--token=abc', `--token=${HIDDEN}`],
  ['--api-key=a b\nc', `--api-key=${HIDDEN}`],
  ['postgres://app:p%40ss@db:5432/app', `postgres://app:${HIDDEN}@db:5432/app`],
  ['a redis://:x@r and amqp://u:p@q', `a redis://:${HIDDEN}@r and amqp://u:${HIDDEN}@q`],
  ['https://x.example/a?b=c', 'https://x.example/a?b=c'],
  ['PASSWORD_FILE=/run/secrets/a', 'PASSWORD_FILE=/run/secrets/a'],
  ['--port=8080', '--port=8080'],
  ['a@b.example', 'a@b.example'],
]

for (const [text, shown] of rows) test(`shows ${text} as ${shown}`, () => assert.equal(withoutSecrets(text), shown))
