// The interpreters that octo starts a script with. Each has options that a script's first line may give it, and flags that
// keep it from code around: start-up files, folders of the user, the working directory. One that is not listed is not
// started, because nobody knows what it reads before the script. Light: a warm run loads it.

type Interpreter = {
  readonly names: RegExp
  /** Words that load no other code, and that do not keep the script from running. */
  readonly words: RegExp
  /** Before all other words: some end the options, and bash wants its long ones first. */
  readonly isolation: readonly string[]
}

const SHELL_WORDS = /^-[abefhkmpuvxBCEHPT]+$|^--(posix|norc|noprofile)$|^--?$/
const NO_WORDS = /^(?!)/

const INTERPRETERS: readonly Interpreter[] = [
  {
    names: /^node(js)?$/,
    words:
      /^--(no-warnings|no-deprecation|trace-warnings|enable-source-maps|use-system-ca|experimental-strip-types|disable-warning=[A-Za-z0-9]+|max-old-space-size=\d+)$/,
    // The operator adds its guard of modules.
    isolation: [],
  },
  { names: /^(sh|dash|ash|ksh|ksh93|mksh)$/, words: SHELL_WORDS, isolation: [] },
  { names: /^bash$/, words: SHELL_WORDS, isolation: ['--noprofile', '--norc'] },
  // No `.zshenv` and no `.cshrc`, which both are read before every script.
  { names: /^zsh$/, words: SHELL_WORDS, isolation: ['-f'] },
  { names: /^t?csh$/, words: /^-[efvx]+$/, isolation: ['-f'] },
  // No PYTHON* variables, no packages of the user, and no compiled modules beside files that are proven before every run.
  { names: /^(python|pypy)([23](\.\d+)?)?$/, words: /^-[bBdEIOPqRsSuv]+$/, isolation: ['-E', '-s', '-B'] },
  // No sitecustomize.pl; perl before 5.26 looks in the working directory.
  { names: /^perl(5(\.\d+)*)?$/, words: /^-[fstTUwWXl]+$/, isolation: ['-f', '-M-lib=.'] },
  // Gems would be looked for in the user's home, too.
  { names: /^ruby(\d(\.\d+)*)?$/, words: /^-[wW]$/, isolation: ['--disable=gems'] },
  // Its usual path begins with the working directory.
  { names: /^php(\d(\.\d+)?)?$/, words: /^-q$/, isolation: ['-d', 'include_path=/usr/share/php'] },
  // No `.Rprofile` and no `.Renviron`, of the working directory or the user.
  { names: /^Rscript$/, words: NO_WORDS, isolation: ['--vanilla'] },
  { names: /^tclsh(\d\.\d)?$/, words: NO_WORDS, isolation: [] },
  { names: /^expect$/, words: /^-f$|^--$/, isolation: ['-N', '-n'] },
  { names: /^[mn]?awk$/, words: /^-f$/, isolation: [] },
  { names: /^sed$/, words: /^-[nErsuz]*f?$/, isolation: [] },
]

/** One name of each, for people. */
export const KNOWN_INTERPRETERS: readonly string[] = [
  ...[
    'sh',
    'bash',
    'zsh',
    'tcsh',
    'node',
    'python3',
    'perl',
    'ruby',
    'php',
    'Rscript',
    'tclsh',
    'expect',
    'awk',
    'sed',
  ],
]

/** The flags that go before all other words; undefined for an interpreter that octo does not know. */
export function isolationOf(name: string): readonly string[] | undefined {
  return name === 'busybox' ? [] : known(name)?.isolation
}

/** What is wrong with the words that a first line gives to an interpreter, as the end of a sentence. */
export function problemOfWords(name: string, words: readonly string[]): string | undefined {
  const [applet = '', ...rest] = words
  if (name === 'busybox')
    return /^a?sh$/.test(applet) ? problemOfWords('sh', rest) : 'names `busybox` without the shell in it'
  const interpreter = known(name)
  if (!interpreter) return `names the interpreter \`${name}\`, and octo does not know what that reads before the script`
  const odd = oddWord(interpreter, words)
  return odd === undefined ? undefined : `gives its interpreter an argument that may run other code or none: \`${odd}\``
}

function known(name: string): Interpreter | undefined {
  return INTERPRETERS.find(({ names }) => names.test(name))
}

/** `bash -euo pipefail`; others such as `noexec` and `interactive` change what is run. */
const SETTING = /^-[abefhkmpuvxBCEHPT]*o$/
const SETTINGS = /^(pipefail|errexit|nounset|posix|noglob|noclobber|allexport|errtrace|functrace|xtrace|verbose)$/

function oddWord({ words: harmless }: Interpreter, words: readonly string[]): string | undefined {
  return words.find((word, index) => {
    if (harmless === SHELL_WORDS && SETTING.test(word)) return !SETTINGS.test(words[index + 1] ?? '')
    if (harmless === SHELL_WORDS && SETTING.test(words[index - 1] ?? '')) return !SETTINGS.test(word)
    // Behind a word that ends the options stands the script, and nothing else.
    return !harmless.test(word) || (/^--?$/.test(word) && index < words.length - 1)
  })
}
