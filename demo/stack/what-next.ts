// What the stack says where it goes on running: what to type next.
import type { Paint } from '../../terminal/index.ts'
import type { Place } from './place.ts'

export function nextSteps({ dir }: Place, web: string, paint: Paint): string {
  const lines: readonly (readonly [string, string])[] = [
    ['go there', `cd ${dir}`],
    ['how it is', './octo status --watch'],
    ['what was written', './octo logs --follow api'],
    ['what it means', './octo show'],
    ['where values come from', './octo config show --origin services.api'],
    ['change it', '$EDITOR octo.yaml && ./octo apply'],
    ['visit it', `curl ${web}/`],
  ]
  const width = Math.max(...lines.map(([what]) => what.length))
  return [
    '',
    'Try next, in another terminal:',
    ...lines.map(([what, how]) => `  ${what.padEnd(width)}  ${paint.cyan(how)}`),
    '',
    'Running until Ctrl-C, which stops and removes everything.',
  ].join('\n')
}
