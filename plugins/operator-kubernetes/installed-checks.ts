// Plugins that Kubernetes cannot ask in place of: an init container has octo prove and install one into an empty volume of the pod,
// and the readiness probe starts it there, in the container of the service.
import type { InstalledCheck, Named, OperatedCheck, OperatedService } from '../../sdk/operator/index.ts'
import type { Files } from './files.ts'
import { joinedName } from './names.ts'
import { reachesOut } from './networks.ts'
import { objectOf, SERVICE_LABEL } from './objects.ts'
import { containerUser } from './security.ts'
import { unexpanded } from './words.ts'
import type { Work } from './work.ts'

export type InstalledProgram = Extract<InstalledCheck, { readonly kind: 'program' }>

type Installation = Files & {
  /** Runs before everything else of the pod. */
  readonly container: Named
}

const PROGRAMS = { name: 'octo-checks', path: '/octo/checks' }
const CONFIG = { name: 'octo-config', path: '/octo/config' }

/** By both together octo reads a private repo, and sends the token to that registry alone. */
const LOGIN = ['OCTO_REGISTRY', 'OCTO_TOKEN']

/**
 * Exit code 1 of such a plugin is a warning, which keeps nobody from work; one that says nothing has told no warning, but broke
 * down. It needs a shell in the image of the service.
 */
const WARNING_PASSES =
  'said=$("$@"); code=$?; printf "%s\\n" "$said"; [ "$code" = 1 ] && [ -n "$said" ] && exit 0; exit "$code"'

/** Words of the probe, as Kubernetes reads them. */
export function installedCommand({ program, words, warns }: InstalledProgram): readonly string[] {
  const command = [`${PROGRAMS.path}/bin/${program}`, ...words]
  return unexpanded(warns ? ['/bin/sh', '-c', WARNING_PASSES, program, ...command] : command)
}

/** Why the plugin of a check cannot be started in the pod; empty where nobody says more. Undefined where it can. */
export function problemOfInstalled(
  service: OperatedService,
  { installed }: OperatedCheck,
  work: Work,
): string | undefined {
  if (!installed) return ''
  if (installed.kind === 'none') return installed.problem
  return reachesOut(service, work) ? undefined : 'could not be downloaded from inside of `internal` networks'
}

/** What the pod needs for it. `name` is that of the service in Kubernetes. */
export function installationOf(
  { name, service }: { readonly name: string; readonly service: OperatedService },
  { image, login, config, lock }: InstalledProgram,
  { owner }: Work,
): Installation {
  const holder = joinedName(name, 'checks')
  const labels = { [SERVICE_LABEL]: name }
  return {
    objects: [
      objectOf(owner, 'ConfigMap', { name: holder, labels }, { data: { 'octo.yaml': config, 'octo.lock': lock } }),
    ],
    volumes: { [PROGRAMS.name]: { emptyDir: {} }, [CONFIG.name]: { configMap: { name: holder } } },
    mounts: [{ name: PROGRAMS.name, mountPath: PROGRAMS.path, readOnly: true }],
    container: {
      name: joinedName(name, 'checks'),
      image,
      command: ['octo', 'install', '--frozen', '--config', `${CONFIG.path}/octo.yaml`, '--to', PROGRAMS.path],
      // The store is the container's own: others can change what lies in a volume of the pod.
      env: [
        { name: 'HOME', value: '/tmp' },
        { name: 'OCTO_HOME', value: '/tmp/octo' },
        ...(login === undefined ? [] : LOGIN.map((key) => fromSecret(login, key))),
      ],
      securityContext: {
        ...containerUser(service),
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
      },
      volumeMounts: [
        { name: PROGRAMS.name, mountPath: PROGRAMS.path },
        { name: CONFIG.name, mountPath: CONFIG.path, readOnly: true },
      ],
    },
  }
}

function fromSecret(secret: string, key: string): Named {
  return { name: key, valueFrom: { secretKeyRef: { name: secret, key } } }
}
