// What programs like octo call what octo has under another word. No distance between letters finds it: the nearest word of
// `uninstall` is `install`.

const MEANT: Readonly<Record<string, string>> = {
  ...{ up: 'start', down: 'stop', kill: 'stop', destroy: 'stop', reload: 'apply', plan: 'apply --dry-run' },
  ...{ ps: 'status', top: 'status', journal: 'logs', attach: 'logs --follow', enable: 'autostart enable' },
  ...{
    disable: 'autostart disable',
    serve: 'registry serve',
    audit: 'registry audit',
    pull: 'install',
    ci: 'install --frozen',
  },
  ...{ sync: 'install', upgrade: 'update', uninstall: 'remove', rm: 'remove', ls: 'list', versions: 'info' },
  ...{ validate: 'config validate', lint: 'config validate', diff: 'config diff' },
  ...{ clean: 'cache gc', prune: 'cache gc', new: 'init', create: 'init', push: 'publish', release: 'publish' },
  ...{ hide: 'quarantine', unpublish: 'yank' },
}

export const OTHERS = Object.keys(MEANT)

/** The words of octo, behind `octo`. */
export function wordsMeantBy(typed: string): string | undefined {
  return Object.hasOwn(MEANT, typed) ? MEANT[typed] : undefined
}
