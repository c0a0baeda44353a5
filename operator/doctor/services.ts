// Whether what was started with a config is known, and looked after.
import { throwDefect } from '../../schemas/errors.ts'
import { count } from '../../terminal/index.ts'
import { allAsTheyAre } from '../services/journal/adopt.ts'
import { readJournal } from '../services/journal/journal.ts'
import { supervisorOf } from '../services/project/control-file.ts'
import { markOf } from '../services/project/marks.ts'
import { placesOf } from '../services/project/places.ts'
import type { Finding } from './finding.ts'
import { finding, refusal } from './finding.ts'

const SUBJECT = 'services'

/** None where nothing was started. */
export function serviceFindings(
  configPath: string,
  env: Readonly<Record<string, string | undefined>>,
): readonly Finding[] {
  try {
    const places = placesOf(configPath, env)
    const known = readJournal(places.journal)
    if (known.instances.size === 0) return []
    const supervisor = supervisorOf(places)
    if (supervisor) return [finding('good', SUBJECT, `process ${supervisor.pid} supervises them`)]
    const running = [...allAsTheyAre(known, markOf(places)).values()].filter((one) => one.process !== undefined)
    if (running.length === 0) return [finding('good', SUBJECT, 'none runs')]
    const said = `${count(running.length, 'instance')} of them ${running.length === 1 ? 'runs' : 'run'}, and nobody supervises them`
    return [finding('warning', SUBJECT, said, '`octo start` goes on with them, `octo stop` ends them')]
  } catch (error) {
    throwDefect(error)
    return [refusal(SUBJECT, error)]
  }
}
