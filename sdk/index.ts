// What the author of a plugin imports: say which options it takes and what it does, the rest is done here.
//
//   defineCheck({
//     name: 'check-file', version: '1.0.0', summary: 'a file exists',
//     options: { path: { type: 'string', required: true, description: 'the file' } },
//     run: async ({ options }) => (existsSync(options.path) ? ok('the file is there') : critical('the file is missing')),
//   }).main()
export { connectionReason } from '../schemas/connection-reasons.ts'
export { decodeContent } from '../schemas/content-coding.ts'
export { defineCheck } from './check.ts'
export type { Connection, Endpoint } from './connect.ts'
export { connect, describeConnectError, dial, parseEndpoint, renderEndpoint } from './connect.ts'
export { boundedSignal } from './deadline.ts'
export type { Check, CheckContext, CheckDefinition } from './definition.ts'
export { formatMs } from './duration.ts'
export type { Notifier, NotifierContext, NotifierDefinition } from './notifier.ts'
export { defineNotifier } from './notifier.ts'
export type { OptionSpec, OptionSpecs, OptionValues } from './options.ts'
export type { Notification, NotifyResult, SecretLease, SecretResult } from './outcome.ts'
export { failed, provided, retry, sent } from './outcome.ts'
export type { CheckResult, CheckStatus, Metric } from './result.ts'
export { critical, invalidOptions, ok, unknown, warn } from './result.ts'
export type { Secrets, SecretsContext, SecretsDefinition } from './secrets.ts'
export { defineSecrets } from './secrets.ts'
export { latencyMetric, latencyStatus } from './thresholds.ts'
export type { TlsSettings } from './tls.ts'
export { describeTlsError, tlsOptions } from './tls.ts'
