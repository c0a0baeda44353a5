// Bytes that are no request get an answer of their own, or none at all while another answer is on its way.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { digestOf } from '../../../../schemas/digest.ts'
import { aRelease } from '../../../support/builders/test-authority.ts'
import { publishRelease } from '../../../support/publisher/publish-release.ts'
import { startTestRegistry } from '../../../support/registry/test-registry.ts'

const SIZE = 24 * 1024 * 1024

test('garbage sent while a file is on its way never gets into the bytes of that file', async (t) => {
  const registry = await startTestRegistry(t)
  const bytes = Buffer.concat([Buffer.from('#!/bin/sh\n'), Buffer.alloc(SIZE, 'a')])
  await publishRelease(registry, await aRelease(registry.key, { platforms: { linux_amd64: bytes } }))
  const socket = connect(Number(new URL(registry.url).port), '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('error', () => undefined)
  socket.write(`GET /blobs/${digestOf(bytes).replace(':', '/')} HTTP/1.1\r\nHost: x\r\n\r\n`)
  const [first] = (await once(socket, 'data')) as [Buffer]
  chunks.push(first)
  socket.on('data', (chunk) => chunks.push(Buffer.from(chunk)))
  socket.write('\0\r\nno request\r\n\r\n')
  await once(socket, 'close')
  const received = Buffer.concat(chunks)
  const body = received.subarray(received.indexOf('\r\n\r\n') + 4)
  assert.ok(body.length > 0 && body.equals(bytes.subarray(0, body.length)), 'other bytes stand among those of the file')
})

test('what comes from memory arrives whole before the garbage behind it is answered', async (t) => {
  const registry = await startTestRegistry(t)
  await publishRelease(registry, await aRelease(registry.key))
  const address = `${registry.url}/repos/core/hello.yaml`
  const document = await (await fetch(address)).text()
  const get = `GET ${new URL(address).pathname} HTTP/1.1\r\nHost: x\r\n\r\n`
  const socket = connect(Number(new URL(registry.url).port), '127.0.0.1')
  let answers = ''
  socket.on('data', (chunk) => {
    answers += chunk
  })
  socket.write(`${get}\0\r\n\r\n`)
  await once(socket, 'close')
  const [, whole, refusal] = answers.split('HTTP/1.1 ')
  assert.ok(whole?.startsWith('200 ') && whole.endsWith(`\r\n\r\n${document}`))
  assert.match(refusal ?? '', /^400 /)
})

test('garbage on a connection of its own gets a problem that nobody keeps', async (t) => {
  const registry = await startTestRegistry(t)
  for (const text of [
    '\0\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`,
  ]) {
    const socket = connect(Number(new URL(registry.url).port), '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('error', () => undefined)
    socket.end(text)
    await once(socket, 'close')
    assert.match(answer, /^HTTP\/1\.1 (400|431) /)
    assert.match(answer, /\r\nCache-Control: no-store\r\n/)
  }
})
