// The shell lines of a GitHub workflow and of a GitLab pipeline, in the order in which they would run, with what they would see.
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parse } from 'yaml'

type ShellStep = {
  readonly script: string
  readonly env: Readonly<Record<string, string>>
  /** Relative to the clone. */
  readonly directory: string
}

type Values = Readonly<Record<string, string>>
type Step = {
  readonly uses?: string
  readonly run?: string
  readonly if?: string
  readonly with?: Values
  readonly env?: Values
  readonly 'working-directory'?: string
}
type Job = { readonly steps: readonly Step[]; readonly if?: string }

const CHECKOUT = join(import.meta.dirname, '../../..')

/** What a workflow knows: `vars.OCTO_REPO`, `secrets.OCTO_TOKEN`, `github.ref_name`. */
type Context = Readonly<Record<string, string>>

/** Of the jobs that run, in their order. Of other actions, which make a machine ready, nothing is run. */
export function workflowSteps(path: string, context: Context): readonly ShellStep[] {
  const { jobs } = parse(readFileSync(path, 'utf8')) as { readonly jobs: Readonly<Record<string, Job>> }
  return Object.values(jobs).flatMap(({ steps }) => steps.flatMap((step) => stepsOf(step, context)))
}

function stepsOf(step: Step, context: Context): readonly ShellStep[] {
  if (step.if !== undefined && !holds(step.if, context)) return []
  if (step.uses?.startsWith('octocompose/octo@')) return actionSteps(filled(step.with ?? {}, context), context)
  if (step.run === undefined) return []
  return [
    {
      script: substituted(step.run, context),
      env: filled(step.env ?? {}, context),
      directory: substituted(step['working-directory'] ?? '.', context),
    },
  ]
}

/** The steps of this repository's own action. */
function actionSteps(given: Values, context: Context): readonly ShellStep[] {
  const { inputs, runs } = parse(readFileSync(join(CHECKOUT, 'action.yml'), 'utf8')) as {
    readonly inputs: Readonly<Record<string, { readonly default: string }>>
    readonly runs: { readonly steps: readonly Step[] }
  }
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(inputs, name))
  if (unknown.length > 0) throw new Error(`the action has no input ${unknown.join(', ')}`)
  const values = Object.entries(inputs).map(([name, input]) => [
    `inputs.${name}`,
    given[name] ?? substituted(String(input.default), context),
  ])
  const own = { ...context, 'github.action_path': CHECKOUT, ...Object.fromEntries(values) }
  return runs.steps.flatMap((step) => stepsOf(step, own))
}

function filled(values: Values, context: Context): Values {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, substituted(String(value), context)]))
}

/** Throws for what the workflow has not declared: there, it would be empty without a word. */
function substituted(text: string, context: Context): string {
  return text.replace(/\$\{\{ ([\w.-]+) \}\}/g, (_whole, name: string) => {
    const value = context[name]
    if (value === undefined) throw new Error(`nothing says what \`${name}\` is`)
    return value
  })
}

function holds(condition: string, context: Context): boolean {
  const [, name = '', wanted] = /^([\w.-]+) == '(\w+)'$/.exec(condition) ?? []
  if (wanted === undefined) throw new Error(`\`${condition}\` is no condition that is read here`)
  return context[name] === wanted
}

type PipelineJob = {
  readonly extends?: string
  readonly before_script?: readonly string[]
  readonly script?: readonly string[]
  readonly variables?: Values
}
type Pipeline = Readonly<Record<string, unknown>> & { readonly include?: readonly { readonly remote: string }[] }

/** The lines of one job, as GitLab puts them together of what is included and extended. */
export function pipelineScript(path: string, job: string): string {
  const { before_script: first = [], script = [] } = pipelineJob(path, job)
  return [...first, ...script].join('\n')
}

/** The variables that the files themselves give it; those of the project count before them. */
export function pipelineDefaults(path: string, job: string): Values {
  return pipelineJob(path, job).variables ?? {}
}

function pipelineJob(path: string, job: string): PipelineJob {
  const own = parse(readFileSync(path, 'utf8')) as Pipeline
  const included = (own.include ?? []).map(({ remote }) =>
    parse(readFileSync(join(CHECKOUT, 'ci', basename(remote)), 'utf8')),
  )
  const all: Readonly<Record<string, PipelineJob>> = Object.assign({}, ...included, own)
  return extended(all, job)
}

function extended(all: Readonly<Record<string, PipelineJob>>, name: string): PipelineJob {
  const job = all[name]
  if (!job) throw new Error(`there is no job ${name}`)
  return job.extends === undefined ? job : { ...extended(all, job.extends), ...job }
}
