import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { docs, generated } from './generated.ts'

for (const [path, text] of generated()) {
  writeFileSync(join(docs, path), text)
  console.log(`docs/${path}`)
}
