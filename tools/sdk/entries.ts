// What authors of plugins import of the sdk, and the source of it.

export const SDK_ENTRIES: Readonly<Record<string, string>> = {
  '.': 'sdk/index.ts',
  './operator': 'sdk/operator/index.ts',
  './service': 'sdk/service/index.ts',
}
