// Reads the text format of Prometheus, as strictly as its description is written, and refuses everything else.
import assert from 'node:assert/strict'

type ParsedFamily = {
  readonly type: string
  readonly help: string
  readonly samples: readonly {
    readonly name: string
    readonly labels: Readonly<Record<string, string>>
    readonly value: number
  }[]
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{([^\n]*)\})? (\S+)$/
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/
const VALUE = /^(?:NaN|[+-]Inf|[-+]?[0-9.]+(?:e[-+]?[0-9]+)?)$/

export function parseExposition(text: string): ReadonlyMap<string, ParsedFamily> {
  assert.ok(text === '' || text.endsWith('\n'), 'the last line ends')
  const families = new Map<string, { type: string; help: string; samples: ParsedFamily['samples'][number][] }>()
  const series = new Set<string>()
  let current: string | undefined
  let help: string | undefined
  for (const line of text.split('\n').slice(0, -1)) {
    const [, word, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? []
    if (word === 'HELP') help = unescaped(rest)
    else if (word === 'TYPE') {
      assert.ok(!families.has(name), `${name} is one group of lines`)
      assert.match(rest, /^(?:counter|gauge|summary)$/)
      families.set(name, { type: rest, help: help ?? '', samples: [] })
      ;[current, help] = [name, undefined]
    } else {
      const [, own = '', labels = '', value = ''] = SAMPLE.exec(line) ?? []
      assert.match(own, /./, `a sample: ${line}`)
      assert.match(value, VALUE, line)
      const family = families.get(current ?? '')
      const isOfIt = own === current || (family?.type === 'summary' && /_(?:sum|count)$/.test(own))
      assert.ok(family && isOfIt && own.startsWith(current ?? ''), `${own} stands below its own TYPE`)
      const read = readLabels(labels)
      const key = JSON.stringify([own, Object.entries(read).sort()])
      assert.ok(!series.has(key), `twice: ${line}`)
      series.add(key)
      family.samples.push({ name: own, labels: read, value: numberOf(value) })
    }
  }
  return families
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {}
  for (let rest = text; rest !== ''; ) {
    const [whole, name = '', value = ''] = LABEL.exec(rest) ?? []
    assert.ok(whole !== undefined && !(name in labels), `a label: ${rest}`)
    labels[name] = unescaped(value)
    rest = rest.slice(whole.length)
  }
  return labels
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character))
}

function numberOf(text: string): number {
  return text.endsWith('Inf') ? Number(text.replace('Inf', 'Infinity')) : Number(text)
}
