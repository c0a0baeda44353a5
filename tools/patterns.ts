// What must not stand in a file, where, and what to do instead. Each row has a bad and a good sample in
// test/tools/patterns.test.ts. A line that must break a rule says so: `// allow(<rule>): <reason>` on it or above it.
import { IMPORT_TABLE } from './import-table.ts'

export type Pattern = {
  readonly rule: string
  /** What to look for. */
  readonly find: RegExp
  /** Where: the path matches `only` (default: every file) and not `except`. */
  readonly only?: RegExp
  readonly except?: RegExp
  /** Search the path itself, all text, or (default) code without comments and strings. */
  readonly within?: 'path' | 'text' | 'code'
  readonly instead: string
}

/** An author of plugins has no codes of octo, and a search for faults throws what it likes. */
const WITHOUT_CODES = new Set(['sdk', 'plugins', 'fuzz'])
const PROGRAMS = /^(bin|tools|bench|examples)\/|^setup\.js$|^test\//
/** What octo is made of: every part that has a row in the table, so that a new one is held to the rules from its first file. */
const PARTS = new RegExp(`^(${partFolders().join('|')})/`)

function partFolders(): readonly string[] {
  const folders = new Set(Object.keys(IMPORT_TABLE).map((part) => part.split('/', 1)[0] ?? ''))
  return [...folders].filter(
    (folder) => !folder.includes('.') && !PROGRAMS.test(`${folder}/`) && !WITHOUT_CODES.has(folder),
  )
}

export const PATTERNS: readonly Pattern[] = [
  {
    rule: 'vague-name',
    within: 'path',
    find: /(^|[/.-])(util|utils|helper|helpers|manager|common|misc)([/.-]|$)/,
    instead: 'name the file or folder for the one idea that it holds',
  },
  {
    rule: 'file-name',
    within: 'path',
    find: /[^/]*[A-Z_ ][^/]*\.ts$/,
    instead: 'write file names in kebab-case, named for their one export',
  },
  {
    rule: 'purpose-line',
    within: 'text',
    find: /^(?!(#!.*\n)?(\/\/ |\/\*\*))/g,
    except: /\.test\.ts$/,
    instead: 'open the file with a `//` line that says what it is responsible for',
  },
  {
    rule: 'console',
    find: /\bconsole\.\w+/g,
    except: PROGRAMS,
    instead: 'show it with the Terminal of terminal/index.ts, or return it to whoever has one',
  },
  {
    rule: 'own-duration',
    within: 'text',
    find: /\/ (?:1000|60_000)\)*\} (?:ms|s|seconds|min|minutes)\b/g,
    only: PARTS,
    instead: 'word it with shownDuration or shownSeconds of schemas/shown-duration.ts, as all other durations are',
  },
  {
    rule: 'packed-lines',
    find: /\.\.\.\{/g,
    except: /^test\//,
    instead: 'give each key its own line; where that makes the file too long, it holds more than one idea',
  },
  {
    rule: 'exit',
    find: /\bprocess\.exit\(/g,
    except: /^(bin|test|bench|sdk|plugins)\/|^setup\.js$/,
    instead:
      'return the exit code from main(), or throw a CodedError; the launcher ends the process once output is written',
  },
  {
    rule: 'environment',
    find: /\bprocess\.env\b/g,
    except:
      /(^|\/)(main|config|environment)\.ts$|\/commands\/|^terminal\/streams\.ts$|^(bin|tools|bench|test|examples|plugins)\/|^setup\.js$/,
    instead: 'read the environment in main.ts, commands/, config.ts or environment.ts and pass the value on',
  },
  {
    rule: 'reach',
    find: /\b(?:globalThis|global|self)\??\.(?:fetch|WebSocket|EventSource)\b/g,
    except: /^(?:sdk|plugins|examples|tools|bench|fuzz|test)\//,
    instead: 'connect by system/http/, which knows proxies, authorities and limits',
  },
  {
    rule: 'clock',
    find: /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bMath\.random\(|\bprocess\.(hrtime|env|cwd)\b|\bfetch\(/g,
    only: /^(schemas|trust|config\/(document|model)|static-tree(?!\/write))\//,
    instead: 'take time, randomness and what was fetched as an argument',
  },
  {
    rule: 'raw-error',
    find: /\bnew (?:Type|Range)?Error\(/g,
    only: PARTS,
    instead:
      "throw `coded('CODE', { message, details, hint })` of schemas/errors.ts, so that it has an exit code and a status",
  },
  {
    rule: 'bare-quote',
    within: 'text',
    find: /\\`\$\{/g,
    only: /^config\/template\//,
    instead: 'quote what others wrote by `quote` of schemas/quote.ts, which bounds it and shows control characters',
  },
  {
    rule: 'default-export',
    find: /^export default\b/gm,
    except: /\.config\.(ts|js)$/,
    instead: 'export by name, so that the thing is called the same everywhere',
  },
  {
    rule: 'enum',
    find: /^\s*(?:export\s+)?(?:declare\s+)?(?:const\s+)?enum\s/gm,
    instead: 'write a union of string literals, or `as const` on an object; Node cannot strip enums',
  },
  {
    rule: 'unfinished',
    within: 'text',
    find: new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')})\\b`, 'g'),
    instead: 'finish it, delete it, or write an issue and no comment',
  },
  {
    rule: 'silenced-type',
    within: 'text',
    find: /@ts-(?:ignore|nocheck|expect-error)/g,
    instead: 'narrow the value or correct the type',
  },
  {
    rule: 'test-sleep',
    find: /\bawait\s+(?:sleep|delay|setTimeout|wait)\(|\bnew Promise(?:<\w+>)?\(\s*\(?(\w+)\)?\s*=>\s*setTimeout\(\s*\1\b/g,
    only: /\.test\.ts$/,
    instead:
      'wait for the event itself, or inject the clock; for a state without an event use a deadline loop in test/support/',
  },
  {
    rule: 'test-focus',
    find: /\b(?:test|it|describe|suite)\.only\(|\bonly:\s*true|\b(?:test|it|describe|suite)\.(?:todo|skip)\(|\bskip:\s*true|\btodo:/g,
    only: /^test\//,
    instead: 'let every test run; a test that needs something of the machine says which in `{ skip: reason }`',
  },
  {
    rule: 'fixed-port',
    find: /\.listen\(\s*[1-9]\d*/g,
    only: /^test\//,
    instead: 'listen on port 0 and ask the server for its address',
  },
]

/** Longer files say why in their first lines: `// allow(long-file): <reason>`. */
export const MAX_FILE_LINES = 300
