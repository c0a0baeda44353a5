// `octo completion`: the script by which a shell completes words, options and names behind `octo`.
import type { Command } from 'commander'
import { Argument } from 'commander'
import { addCommand, onRun, openProgram, runProgram } from '../terminal/program.ts'
import type { Shell } from './split-line.ts'

const PLACES = `
Where it goes, for yourself and for everybody on the machine:

  bash  ~/.local/share/bash-completion/completions/octo
        /usr/share/bash-completion/completions/octo
        or in ~/.bashrc, without the package bash-completion: source <(octo completion bash)
  zsh   a folder of your $fpath as _octo, before compinit
        /usr/local/share/zsh/site-functions/_octo
        or in ~/.zshrc behind compinit: source <(octo completion zsh)
  fish  ~/.config/fish/completions/octo.fish
        /usr/share/fish/vendor_completions.d/octo.fish

It asks no network, and runs nothing that stands on the line.`

export async function main(argv: readonly string[]): Promise<number> {
  return runProgram(completionProgram(), argv)
}

export function completionProgram(): Command {
  const program = openProgram()
  const completion = addCommand(program, {
    words: 'completion',
    summary: 'print the script by which bash, zsh or fish completes what stands behind octo',
    examples: [
      'octo completion bash > ~/.local/share/bash-completion/completions/octo',
      'octo completion zsh > ~/.zfunc/_octo',
      'octo completion fish > ~/.config/fish/completions/octo.fish',
    ],
  })
    .addArgument(new Argument('<shell>', 'the shell that it is for').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', PLACES)
  onRun(completion, async ({ args: [shell], terminal }) => {
    const { SCRIPTS } = await import('./scripts.ts')
    terminal.print(SCRIPTS[shell as Shell].trimEnd())
    return 0
  })
  return program
}
