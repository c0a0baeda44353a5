// The process around an operator: argv and environment in, the exit code out.

type Program = {
  readonly version: string
  readonly help: string
  call(
    argv: readonly string[],
    place: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
  ): Promise<number>
}

export async function runOperatorProgram({ version, help, call }: Program): Promise<void> {
  const argv = process.argv.slice(2)
  if (argv[0] === '--version') process.stdout.write(`${version}\n`)
  else if (argv[0] === '--help') process.stdout.write(`${help}\n`)
  else process.exitCode = await call(argv, { cwd: process.cwd(), env: process.env })
}
