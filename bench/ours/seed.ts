// Placeholder
export const seededName = (index: number) => `plugin-${index}`
export async function seedPlugins(_data: unknown, _size: number): Promise<void> {
  throw new Error('registry not there')
}
