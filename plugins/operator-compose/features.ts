// What each program that reads Compose files can do. A key that a program refuses or passes over is written in another way.

export type Features = {
  /** `configs` of a service are mounted; docker-compose 1 knows them for swarms only and passes over them. */
  readonly hasConfigs: boolean
  /** Secrets that come from a variable. */
  readonly hasSecretVariables: boolean
  /** `start_interval` of health checks; docker-compose 1 refuses the file. */
  readonly hasStartInterval: boolean
  /** `required` and `restart` of dependencies; docker-compose 1 refuses the file. */
  readonly hasDependencyOptions: boolean
  /** `up --dry-run` and the like. */
  readonly hasDryRun: boolean
  /** `--project-directory`. */
  readonly hasProjectDirectory: boolean
}

const NOTHING: Features = {
  hasConfigs: false,
  hasSecretVariables: false,
  hasStartInterval: false,
  hasDependencyOptions: false,
  hasDryRun: false,
  hasProjectDirectory: false,
}

export const FEATURES = {
  'compose 2': {
    hasConfigs: true,
    hasSecretVariables: true,
    hasStartInterval: true,
    hasDependencyOptions: true,
    hasDryRun: true,
    hasProjectDirectory: true,
  },
  'compose 1': { ...NOTHING, hasProjectDirectory: true },
  'podman-compose': NOTHING,
  nerdctl: { ...NOTHING, hasProjectDirectory: true },
} as const satisfies Readonly<Record<string, Features>>
export type Dialect = keyof typeof FEATURES
