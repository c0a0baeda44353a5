// Guards that no test misses, each with the reason why it stays: it cannot be reached on the machines that tests run on,
// or another guard behind it says the same and this one only says it sooner.

type Reason = {
  readonly file: string
  /** The beginning of the guard as `npm run mutate` shows it. */
  readonly guard: string
  readonly because: string
}

const REASONS: readonly Reason[] = [
  {
    file: 'system/http/download.ts',
    guard: 'throw brokeOff(answer, sink, size)',
    because:
      'of the two, the one for a range that the server has not: its discarded body has no bytes, and the same is said behind it',
  },
  {
    file: 'operator/result/result-line.ts',
    guard: 'throw error',
    because: 'the reader throws coded errors only; another one is a mistake in octo, which no plugin can cause',
  },
  {
    file: 'client/sources/plain/plain-plugin.ts',
    guard: 'throw tooLarge(url)',
    because: 'a test would have to send more than 4 GiB',
  },
  {
    file: 'config/document/merge.ts',
    guard: "node.kind === 'scalar'",
    because: 'lists and maps have no value; it only tells the type checker so',
  },
  {
    file: 'operator/result/verdicts.ts',
    guard: '!MAY_SAY_STATUS.test(text)',
    because:
      'a line without the word holds no status for the search behind it either; it spares a flood of lines a parse each',
  },
  {
    file: 'system/process/process-group.ts',
    guard: "process.platform === 'win32'",
    because: 'Windows has no process groups, and the tests run where there are some',
  },
  {
    file: 'trust/artifact/program/ranges.ts',
    guard: 'step.done',
    because:
      'it refuses nothing: a parser that has ended asks for nothing, and the rest of the file is not copied for it',
  },
]

export function reasonFor(file: string, guard: string): string | undefined {
  return REASONS.find((reason) => reason.file === file && guard.startsWith(reason.guard))?.because
}
