// How much work something does, without a clock: how often the functions, branches and rounds of loops ran that it went through. The
// same on every machine, and beside whatever else runs there. What V8 does inside of its own functions counts as nothing.
import { spawnSync } from 'node:child_process'
import { FROM_SOURCES } from './from-sources.ts'

/** Code that V8 has compiled for speed counts no more. */
const COUNTED = ['--no-opt', '--no-maglev', '--no-sparkplug']

const BEFORE = `
import { Session } from 'node:inspector'
const session = new Session()
session.connect()
const ask = (method, params) => {
  let answer
  session.post(method, params, (error, found) => {
    if (error) throw error
    answer = found
  })
  return answer
}
ask('Profiler.enable')
ask('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
const steps = {}
const count = (name, work) => {
  ask('Profiler.takePreciseCoverage')
  work()
  const ranges = ask('Profiler.takePreciseCoverage').result.flatMap(({ functions }) => functions.flatMap((one) => one.ranges))
  steps[name] = ranges.reduce((sum, range) => sum + range.count, 0)
}
`
const BEHIND = 'console.log(JSON.stringify(steps))'

/** `program` is a module that says `count(NAME, () => work)`; what work throws ends it. */
export function stepsOf(program: string): Readonly<Record<string, number>> {
  const words = [...FROM_SOURCES, ...COUNTED, '--input-type=module', '--eval', `${BEFORE}${program}\n${BEHIND}`]
  const { stdout, stderr, status } = spawnSync(process.execPath, words, { encoding: 'utf8' })
  // allow(raw-error): the test has to see what its program says
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}
