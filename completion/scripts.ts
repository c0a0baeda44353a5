// The scripts that shells load. Each gives octo the line as one text and shows what comes back: neither the line nor an answer is ever
// evaluated, and no list goes through what expands it, such as `compgen -W`. Answers THREATS.md: a line that was not submitted
// is not run.
import type { Shell } from './split-line.ts'

/** `compopt`, by which readline quotes names of files itself, is younger than the bash of macOS. */
const BASH = String.raw`# Completion of octo for bash 3.2 and newer.
_octo() {
  COMPREPLY=()
  local kind='' answer home own=''
  while IFS= read -r answer; do
    if [[ -z $kind ]]; then
      kind=$answer
      [[ $kind != files ]] || ! compopt -o filenames 2>/dev/null || own=yes
      continue
    fi
    answer=${'$'}{answer%%$'\t'*}
    home=''
    [[ $kind != files || $answer != '~/'* ]] || home='~/'
    [[ -n $own ]] || printf -v answer %q "${'$'}{answer#"$home"}"
    [[ -n $own ]] || answer=$home$answer
    COMPREPLY+=("$answer")
  done < <(command octo __complete bash "${'$'}{COMP_WORDBREAKS-}" "${'$'}{COMP_LINE:0:COMP_POINT}" 2>/dev/null </dev/null)
  return 0
}
complete -F _octo octo
`

const ZSH = String.raw`#compdef octo
# Completion of octo for zsh 5.0 and newer.
_octo() {
  local kind name means tab=$'\t' line="${'$'}{(j: :)words[1,CURRENT-1]} $QIPREFIX$IPREFIX$PREFIX"
  local -a answers described files folders
  answers=("${'$'}{(@f)$(command octo __complete zsh '' "$line" 2>/dev/null </dev/null)}")
  kind=$answers[1]
  shift answers
  for name in "${'$'}{(@)answers}"; do
    means=${'$'}{name#*$tab}
    name=${'$'}{name%%$tab*}
    if [[ $kind != files ]]; then
      described+=("${'$'}{name//:/\\:}:$means")
      continue
    fi
    if [[ -z $QIPREFIX ]]; then
      name=${'$'}{(q)name}
      [[ $name == '\~/'* ]] && name=${'$'}{name#\\}
    fi
    if [[ $name == */ ]]; then folders+=("$name"); else files+=("$name"); fi
  done
  (( $#described )) && _describe octo described
  (( $#folders )) && compadd -U -Q -f -S '' -a folders
  (( $#files )) && compadd -U -Q -f -a files
  return 0
}
if [[ ${'$'}{funcstack[1]-} == _octo ]]; then _octo "$@"; else compdef _octo octo; fi
`

const FISH = String.raw`# Completion of octo for fish 3.1 and newer.
function __octo_complete
    set -l answers (command octo __complete fish '' (commandline -pc | string collect) 2>/dev/null </dev/null)
    if set -q answers[2]
        printf '%s\n' $answers[2..-1]
    end
end
complete -c octo -f -k -a '(__octo_complete)'
`

export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH }
