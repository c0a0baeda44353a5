import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { openTerminal } from '../../terminal/terminal.ts'
import { collectedStreams } from '../support/machine/collected-streams.ts'

test('a log file gets one line per item when it ends, and nothing before', () => {
  const streams = collectedStreams()
  using progress = openTerminal({}, streams).progress()
  const item = progress.item('core/check-tcp 1.0.0', 2048)
  item.advance(1024)
  assert.equal(streams.stderr(), '')
  item.advance(1024)
  item.done('verified')
  progress.item('core/other 1.0.0').fail('refused')
  assert.match(
    streams.stderr(),
    /^✓ core\/check-tcp 1\.0\.0 {2}verified {2}2 KiB {2}[\d.]+ m?s\n✗ core\/other 1\.0\.0 {2}refused\n$/,
  )
})

test('an item ends once, whatever its caller does afterwards', () => {
  const streams = collectedStreams()
  using progress = openTerminal({}, streams).progress()
  const item = progress.item('a')
  item.done()
  item.fail('late')
  assert.equal(streams.stderr().split('\n').length, 2)
})

test('--quiet shows no progress at all', () => {
  const streams = collectedStreams({ tty: true })
  using progress = openTerminal({ quiet: true }, streams).progress({ delayMs: 0 })
  progress.item('a', 1).done()
  assert.equal(streams.stderr(), '')
})

test('work shorter than the delay draws no bars', () => {
  const streams = collectedStreams({ tty: true })
  {
    using progress = openTerminal({}, streams).progress({ delayMs: 60_000 })
    progress.item('a', 1).done()
  }
  assert.equal(streams.stderr(), '')
})

test('longer work draws a bar for the whole and one per item, and takes them away at the end', async () => {
  const streams = collectedStreams({ tty: true, columns: 100 })
  const drawn = firstDrawing(streams)
  const progress = openTerminal({}, streams).progress({ delayMs: 0, title: 'installing' })
  const item = progress.item('core/check-tcp', 4096)
  item.advance(1024)
  await drawn
  item.advance(1024)
  progress.item('core/other').fail('refused')
  progress.stop()
  progress.stop()
  assert.match(streams.plainStderr(), /installing/)
  assert.match(streams.plainStderr(), /core\/check-tcp .*1 KiB of 4 KiB/)
  assert.doesNotMatch(streams.stderr(), /\u001b\[\?25[lh]/, 'the cursor is left alone')
})

test('log lines written while bars are drawn stand above them', async () => {
  const streams = collectedStreams({ tty: true })
  const terminal = openTerminal({}, streams)
  const drawn = firstDrawing(streams)
  const progress = terminal.progress({ delayMs: 0 })
  progress.item('core/check-tcp', 10)
  await drawn
  terminal.warn('slow mirror')
  progress.stop()
  terminal.info('done')
  assert.equal(streams.plainStderr().split('slow mirror').length, 2, 'neither lost nor doubled')
  assert.match(streams.plainStderr(), /done\n$/)
})

/** Settles when the first bar reaches the stream. */
async function firstDrawing(streams: ReturnType<typeof collectedStreams>): Promise<void> {
  const events = new EventTarget()
  const write = streams.err.write
  streams.err.write = (text: string, ...rest: unknown[]) => {
    if (text.includes('─')) events.dispatchEvent(new Event('drawn'))
    return Reflect.apply(write, streams.err, [text, ...rest])
  }
  await once(events, 'drawn')
}
