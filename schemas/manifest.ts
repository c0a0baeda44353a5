// plugin.yaml: what an author writes about a plugin, and the part of it that a release proves.
import { z } from 'zod'
import { DAY_MS } from './duration.ts'
import { LIMITS } from './limits.ts'
import { foundWords } from './plain-words.ts'
import { ANY } from './platform.ts'
import { quote } from './quote.ts'
import { parseShape } from './shape.ts'
import {
  argv0Shape,
  jsonObjectShape,
  lineShape,
  nameShape,
  platformShape,
  relativePathShape,
  textShape,
  versionShape,
  webUrlShape,
} from './shapes.ts'
import { isRange } from './version.ts'
import { MANIFEST_YAML, parseYaml } from './yaml/parse.ts'

/**
 * How the result of a run is read. `exit-code`: 0 passes; `check/v1`: a JSON line at the end, or text that says a status;
 * `nagios`: the exit code is the status, the text explains it.
 */
export const CHECK_CONTRACTS = ['exit-code', 'check/v1', 'nagios'] as const
export type CheckContract = (typeof CHECK_CONTRACTS)[number]

/** Beside checks, plugins that send notifications and plugins that give secrets; both are asked in a document. */
const DOCUMENT_CONTRACTS = ['notify/v1', 'secret/v1'] as const
const OUTPUT_CONTRACTS = [...CHECK_CONTRACTS, ...DOCUMENT_CONTRACTS] as const
export type OutputContract = (typeof OUTPUT_CONTRACTS)[number]

/** How a check that stays is asked: see FORMATS.md, Checks that stay. */
const RESIDENT_WAYS = ['lines/v1'] as const

export const PLUGIN_KINDS = ['tool', 'operator', 'service'] as const

/** By what a plugin is asked: the protocol of OCM, or the contract of its output. */
export const CONTRACTS = ['ocm', ...OUTPUT_CONTRACTS] as const
export type Contract = (typeof CONTRACTS)[number]

/** How programs take named arguments: `-k v` and `--key=v`, always `--key=v`, `-key=v`, or `-k v` and `--key v`. */
// allow(dead-export): the test tries every style
export const ARGUMENT_STYLES = ['gnu', 'long', 'single-dash', 'separate'] as const
export type ArgumentStyle = (typeof ARGUMENT_STYLES)[number]

const RUNTIMES = ['node', 'sh', 'bash', 'python3', 'perl'] as const

export const runtimeShape = z.strictObject({
  /** A runtime of the operator's machine that runs the entry file of an `any` artifact. */
  name: z.enum(RUNTIMES),
  /** Range of the runtime's version, asked of the runtime before a run; `sh` has none. */
  version: z.string().max(64).optional(),
})

const needsShape = z.strictObject({
  network: z.array(lineShape).max(32).default([]),
  files: z.array(lineShape).max(32).default([]),
  /** Names of secrets that the plugin may be given; octo hands out none yet. */
  secrets: z
    .array(z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'expected a name of letters, digits, `_`, `.` and `-`'))
    .max(32)
    .default([]),
})

const buildShape = z.strictObject({
  /** Commands run in order without a shell; `{{.OS}}`, `{{.ARCH}}`, `{{.PLATFORM}}`, `{{.VERSION}}`, `{{.EXE}}` are filled in. */
  commands: z
    .array(
      z.union([z.string().max(4096), z.array(z.string().max(4096)).min(1).max(256)], {
        error: ({ input }) => `expected a command line or a list of its words, found ${foundWords(input)}`,
      }),
    )
    .min(1)
    .max(32),
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected the name of a variable'), z.string().max(4096))
    .default({}),
  /** Variables of whoever builds that the commands may see, by name. */
  passEnv: z
    .array(
      z.string().regex(/^(?!OCTO_)[A-Za-z_][A-Za-z0-9_]*$/, "expected the name of a variable that is not octo's own"),
    )
    .max(32)
    .default([]),
})

const platformFields = z.strictObject({
  build: buildShape.optional(),
  /** One file that is itself the artifact: a bare executable. Placeholders are filled in. */
  file: relativePathShape.optional(),
  /** Files and folders that go into a tar.gz; needs `executable`. */
  files: z.array(relativePathShape).min(1).max(1000).optional(),
  /** Folder that `files` are relative to; the project folder when absent. */
  root: relativePathShape.optional(),
  /** Path inside the archive of what is executed. */
  executable: relativePathShape.optional(),
  /** Further paths inside the archive that get the executable bit. */
  executables: z.array(relativePathShape).max(100).default([]),
  runtime: runtimeShape.optional(),
  /** The name that the program finds as its own (`argv[0]`); else the base name of `executable` or `file`. */
  argv0: argv0Shape.optional(),
})

const platformEntryShape = platformFields.superRefine((entry, context) => {
  const problem = problemOfEntry(entry)
  if (problem) context.addIssue({ code: 'custom', message: problem, path: [] })
})

/** What a release proves about a plugin: everything that decides how it is run, and what people are shown. */
export const releasedManifestShape = z.strictObject({
  kind: z.enum(PLUGIN_KINDS),
  category: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/, 'expected 1–32 of `a-z`, `0-9`, `-`')
    .optional(),
  description: lineShape.min(1),
  license: lineShape.optional(),
  homepage: webUrlShape.optional(),
  source: webUrlShape.optional(),
  readme: textShape.optional(),
  /** What the author's changelog says about this version, and no other. */
  changelog: textShape.max(LIMITS.changelogLength).optional(),
  protocol: z.enum(['exec', 'ocm']),
  /** JSON Schema (draft 2020-12) of the argument map. */
  arguments: jsonObjectShape.optional(),
  output: z.enum(OUTPUT_CONTRACTS).default('exit-code'),
  /** Whether one process may stay and answer many checks, beside being started for each; only a `check/v1`. */
  resident: z.enum(RESIDENT_WAYS).optional(),
  /** How false is passed for boolean arguments: left out, or `--key=false`. */
  booleans: z.enum(['omit', 'explicit']).default('omit'),
  /** How a named argument is written: see FORMATS.md, Arguments. `gnu` when nothing is said. */
  argumentStyle: z.enum(ARGUMENT_STYLES).optional(),
  /** Whether all arguments arrive in one JSON document on standard input; else only secret ones do. */
  input: z.enum(['none', 'json']).default('none'),
  timeoutMs: z.int().min(100).max(DAY_MS).optional(),
  needs: needsShape.default({ network: [], files: [], secrets: [] }),
  minimumOperator: versionShape.optional(),
})

const manifestFields = releasedManifestShape.omit({ readme: true, changelog: true }).extend({
  repo: nameShape.optional(),
  name: nameShape,
  version: versionShape,
  /** File of the project that is shown as the plugin's page. */
  readme: relativePathShape.optional(),
  /** File of the project that says what changed, version by version; what stands below the heading of this one is published. */
  changelog: relativePathShape.optional(),
  /** A build for all platforms that have none of their own. */
  build: buildShape.optional(),
  /** Files of the project that look like secrets and are published on purpose, such as keys of a test. */
  allowSecrets: z.array(relativePathShape).max(100).default([]),
  platforms: z
    .record(platformShape, platformEntryShape)
    .refine((map) => Object.keys(map).length > 0, 'expected at least one platform')
    .refine(
      (map) => Object.keys(map).length <= LIMITS.platformsPerVersion,
      `expected at most ${LIMITS.platformsPerVersion} platforms`,
    )
    .refine((map) => map[ANY] === undefined || map[ANY]?.runtime !== undefined, {
      path: [ANY],
      message: 'expected `runtime`, such as `runtime: {name: sh}`, as an `any` artifact is run by one',
    }),
})

export const manifestShape = manifestFields
  .refine(({ output, input }) => input === 'json' || !DOCUMENT_CONTRACTS.some((contract) => contract === output), {
    path: ['input'],
    message: 'expected `input: json`, as a plugin of this `output` is asked in a document',
  })
  .refine(
    ({ resident, output, protocol }) => resident === undefined || (output === 'check/v1' && protocol === 'exec'),
    { path: ['resident'], message: 'expected `protocol: exec` and `output: check/v1`, as only such a check can stay' },
  )

export type Manifest = z.output<typeof manifestShape>
export type ManifestPlatform = z.output<typeof platformEntryShape>
export type ManifestBuild = z.output<typeof buildShape>
export type ReleasedManifest = z.output<typeof releasedManifestShape>
export type Runtime = z.output<typeof runtimeShape>

/** One file, or an archive with something to execute: never both, never neither. */
function problemOfEntry(entry: z.output<typeof platformFields>): string | undefined {
  const { runtime } = entry
  if (runtime?.name === 'sh' && runtime.version !== undefined)
    return 'expected no `runtime.version`, as no `sh` tells its version: name `bash`, or leave it out'
  if (runtime?.version !== undefined && !isRange(runtime.version))
    return `expected a version range such as \`>=3.9\` in \`runtime.version\`, found ${quote(runtime.version)}`
  if (entry.file === undefined && entry.files === undefined)
    return 'expected `file` (a bare executable) or `files` (an archive)'
  if (entry.file !== undefined) {
    const extra = (['files', 'root', 'executable'] as const).find((key) => entry[key] !== undefined)
    return extra && `expected \`file\` alone, found \`${extra}\` too, which belongs to \`files\``
  }
  return entry.executable === undefined ? 'expected `executable`, the path in the archive that is run' : undefined
}

/** Reads plugin.yaml; throws YAML_INVALID, LIMIT_EXCEEDED or MANIFEST_INVALID with file, line and path. */
export function parseManifest(text: string, name: string): Manifest {
  const { value, lineOf } = parseYaml(text, name, MANIFEST_YAML)
  return parseShape(manifestShape, value, { name, lineOf, showsFound: true }, 'MANIFEST_INVALID')
}
