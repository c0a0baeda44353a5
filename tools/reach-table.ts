// Who starts programs, opens connections and listens besides system/, and why it must. Nobody else may. The longest path that a file
// starts with decides.

/** `start` a program, `connect` to somewhere, `listen` for others. */
export type Reach = 'start' | 'connect' | 'listen'

export type ReachRule = { readonly may: readonly Reach[]; readonly because: string }

const ALL: readonly Reach[] = ['start', 'connect', 'listen']

export const REACH_TABLE: Readonly<Record<string, ReachRule>> = {
  system: { may: ALL, because: 'it is where octo reaches out' },
  'registry/server/listen.ts': { may: ['listen'], because: 'a registry is a server' },
  'operator/services/control/control.ts': { may: ['listen'], because: 'commands reach a supervisor by its socket' },
  'operator/services/metrics/endpoint.ts': { may: ['listen'], because: 'Prometheus comes and reads' },
  'operator/metrics/stream-target.ts': {
    may: ['connect'],
    because: 'only a Socket waits for a pipe that is full; it has the descriptor already, and leads nowhere',
  },
  sdk: { may: ALL, because: 'it ships to authors of plugins without the rest of octo' },
  plugins: { may: ALL, because: 'they are programs of their own, which see the sdk alone' },
  examples: { may: ALL, because: 'they are programs of users' },
  'demo/demo-service.ts': { may: ['listen'], because: 'it is the service that is checked' },
  'demo/ports.ts': { may: ['listen'], because: 'only who listens knows that a port is free' },
  'demo/stack/mail-catcher.ts': { may: ['listen'], because: 'it stands for the mail server of a user' },
  'demo/stack/secret-server.ts': { may: ['listen'], because: 'it stands for the Vault of a user' },
  bin: { may: ['start'], because: 'the launcher goes on with another Node before anything else is loaded' },
  'setup.js': { may: ['start'], because: 'it calls npm before anything is installed' },
  tools: { may: ALL, because: 'checks and packers call git, compilers and Node, and answer what they train octo with' },
  bench: { may: ALL, because: 'it runs peers beside octo' },
  fuzz: { may: ALL, because: 'it runs other readers of the same input' },
  test: { may: ALL, because: 'tests stand for all that octo talks to' },
}
