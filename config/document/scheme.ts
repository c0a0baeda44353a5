// Addresses that were meant for the web and lack the `https://`: they would be taken for a file.

/** `plugins.example.com/repos/core.yaml`, `localhost:8080/…` and `//…`; a file is written as `./…` where it looks like one. */
export function lacksScheme(text: string): boolean {
  return /^\/\/|^[a-z0-9-]+(\.[a-z0-9-]+)*(\.[a-z]{2,}(:\d+)?|:\d+)\//i.test(text)
}
