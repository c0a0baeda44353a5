// The templates of octo init whose languages have a compiler: as test/publisher/project/init.test.ts tries the others.
import { test } from 'node:test'
import { goesFromTemplateToRun, worksForBuilds } from '../support/publisher/check-template.ts'

const TEMPLATES = [
  { name: 'go', compiler: ['go', 'version'], test: ['go', 'test', '-trimpath', '.'] },
  { name: 'rust', compiler: ['cargo', '--version'], test: ['cargo', 'test', '--locked', '--quiet'] },
] as const
const PLATFORM = 'linux_amd64'
const isOther = process.platform !== 'linux' || process.arch !== 'x64'

for (const { name, compiler, test: own } of TEMPLATES) {
  const [program, ...words] = compiler
  const skip = (isOther && `is built on ${PLATFORM}`) || (!worksForBuilds(program, words) && `needs ${program}`)
  test(`the template ${name} passes its own test and octo’s, is published and runs`, { skip }, (t) =>
    goesFromTemplateToRun(t, { name, test: own, only: PLATFORM }),
  )
}
