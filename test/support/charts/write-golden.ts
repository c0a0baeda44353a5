// Writes what octo makes of the charts anew: `node test/support/charts/write-golden.ts`; read the difference before it is kept.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ChartConfig } from './rendered-chart.ts'
import { CHARTS, CONFIGS, renderedChart } from './rendered-chart.ts'

for (const [name, forms] of Object.entries(CONFIGS))
  for (const form of forms) {
    const { text, notes, warnings } = await renderedChart(name as ChartConfig, form)
    const said = [...warnings, ...notes].map((line) => `# ${line}\n`).join('')
    writeFileSync(join(CHARTS, 'golden', `${name}.${form}.yaml`), `${said}${text}`)
  }
