// `octo config validate`: everything that is wrong with a config, in one go, with its line and column.
import type { ConfigWarning } from '../../../config/document/warnings.ts'
import { loadWholeConfig } from '../../../config/load-config.ts'
import type { OctoConfig } from '../../../config/model/config.ts'
import { serviceProblems } from '../../../config/model/service-problems.ts'
import { unservedPlugins } from '../../../config/model/unserved-plugins.ts'
import { shownFile } from '../../../config/render/origins.ts'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import type { CodedError } from '../../../schemas/errors.ts'
import { coded } from '../../../schemas/errors.ts'
import { omitUndefined } from '../../../schemas/omit-undefined.ts'
import { printable } from '../../../schemas/quote.ts'
import type { Terminal } from '../../../terminal/index.ts'
import { count } from '../../../terminal/index.ts'
import type { Run } from '../../../terminal/program.ts'
import { absentPrograms } from './absent-programs.ts'
import { argumentProblems } from './argument-problems.ts'
import type { ConfigFlags } from './show.ts'
import { configPlace } from './show.ts'

type Problem = {
  readonly code: ErrorCode
  readonly file?: string
  readonly line?: number
  readonly column?: number
  readonly message: string
  readonly hint?: string
}

const MAX_PROBLEMS = 200
const MAX_LINE = 2000

/** What the writer of the config mends; a server that is down or a full disk ends the command as any other. */
const OF_THE_CONFIG: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...([
    'CONFIG_INVALID',
    'CONFIG_NOT_FOUND',
    'YAML_INVALID',
    'JSON_INVALID',
    'TEXT_INVALID',
    'FORMAT_INVALID',
  ] as const),
  ...(['LIMIT_EXCEEDED', 'REPO_NOT_FOUND', 'NAME_INVALID', 'RANGE_INVALID', 'KEY_UNREADABLE'] as const),
])

export async function validateCommand({ options, terminal }: Run<ConfigFlags>): Promise<number> {
  const found: CodedError[] = []
  const { config, met } = await readAll(options, { terminal, found })
  const problems = withoutRepeats([...found.map(problemOf), ...config.warnings.flatMap(unknownKey)], met)
  const warnings = [...config.warnings.filter(({ unknownKey: key }) => key === undefined), ...absentPrograms(config)]
  show({ config, problems, warnings, terminal })
  if (problems.length === 0) return 0
  throw coded('CONFIG_INVALID', {
    message: `${count(problems.length, 'problem')} in the config`,
    details: { problems: problems.length },
    hint: hintFor(config),
  })
}

/** A text in quotes that has no end has nothing to do with keys. */
function hintFor({ warnings }: OctoConfig): string {
  const schema = '`octo config schema` prints what a config may hold, for editors too'
  return warnings.some(({ unknownKey: key }) => key !== undefined)
    ? `keys of your own begin with \`x-\`; ${schema}`
    : schema
}

type Reading = { readonly terminal: Terminal; readonly found: CodedError[] }

/** Also fills in all templates: a variable that is not set is a problem on this machine. */
async function readAll({ config: paths = [], offline = false }: ConfigFlags, { terminal, found }: Reading) {
  const onProblem = (problem: CodedError) => {
    if (!OF_THE_CONFIG.has(problem.code)) throw problem
    if (found.length < MAX_PROBLEMS) found.push(problem)
  }
  // Where `CI` is set, unknown keys would end the reading; here they are problems like all others.
  const place = { ...configPlace(terminal), unknownKeys: 'warn' as const }
  const { config, met, effective } = await loadWholeConfig({ paths, offline, onProblem, ...place })
  effective()
  // A repo that was refused is not there, and yet one is named.
  const unserved = found.length === 0 ? unservedPlugins(config) : []
  for (const problem of [...serviceProblems(config), ...unserved]) onProblem(problem)
  found.push(...(await argumentProblems(config, { cwd: place.cwd, env: place.env })).slice(0, MAX_PROBLEMS))
  return { config, met }
}

function problemOf({ code, problem, details, hint }: CodedError): Problem {
  const { file = details.source ?? details.path, line, column } = details as Record<string, unknown>
  return {
    code,
    ...(typeof file === 'string' ? { file } : {}),
    ...(typeof line === 'number' ? { line } : {}),
    ...(typeof column === 'number' ? { column } : {}),
    // The place stands before the line anyway.
    message: problem,
    ...omitUndefined({ hint }),
  }
}

function unknownKey({
  unknownKey: key,
  message,
  problem = message,
  file,
  line,
  column,
}: ConfigWarning): readonly Problem[] {
  if (key === undefined) return []
  const place = { file, ...omitUndefined({ line, column }) }
  return [{ code: 'CONFIG_INVALID', ...place, message: problem }]
}

/** In the order of documents and lines; a value that is read twice is one problem. */
function withoutRepeats(problems: readonly Problem[], files: readonly string[]): readonly Problem[] {
  const rank = ({ file }: Problem) => (file === undefined ? -1 : files.indexOf(file) + 1 || files.length + 1)
  const order = (left: Problem, right: Problem) =>
    rank(left) - rank(right) || (left.line ?? 0) - (right.line ?? 0) || (left.column ?? 0) - (right.column ?? 0)
  const key = ({ file, line, column, message }: Problem) => JSON.stringify([file, line, column, message])
  return [...new Map(problems.map((problem) => [key(problem), problem])).values()].sort(order)
}

type Shown = {
  readonly config: OctoConfig
  readonly problems: readonly Problem[]
  readonly warnings: readonly ConfigWarning[]
  readonly terminal: Terminal
}

function show({ config, problems, warnings, terminal }: Shown): void {
  const cwd = process.cwd()
  const { paint } = terminal
  // What is painted holds control characters itself, so that each part is made printable before.
  const shown = (text: string) => printable(text, MAX_LINE)
  terminal.result({
    json: { valid: problems.length === 0, files: config.files, problems, warnings },
    text: () =>
      [
        ...problems.flatMap((problem) => [
          `${shown(placed(problem, cwd))}${paint.red('error')}: ${shown(problem.message)}`,
          ...(problem.hint === undefined ? [] : [shown(`  hint: ${problem.hint}`)]),
        ]),
        ...warnings.map(
          (warning) => `${shown(placed(warning, cwd))}${paint.yellow('warning')}: ${shown(warning.message)}`,
        ),
        ...(problems.length === 0 ? [shown(validLine(config))] : []),
      ].join('\n'),
  })
}

/** As compilers write it, so that editors can go there. */
function placed({ file, line, column }: Pick<Problem, 'file' | 'line' | 'column'>, cwd: string): string {
  if (file === undefined) return ''
  return `${[shownFile(file, cwd), line, column].filter((part) => part !== undefined).join(':')}: `
}

function validLine({ files, services, repos }: OctoConfig): string {
  const parts = [count(files.length, 'document'), count(services.length, 'service'), count(repos.length, 'repo')]
  return `the config is valid: ${parts.join(', ')}`
}
