import type { WebSocketConstructor } from '@holdfast/core'
import { clientKinds } from '../clients.ts'
import { type Job, prepare } from './load.ts'

const kinds = await clientKinds()
let run: (() => Promise<number>) | undefined

Object.assign(globalThis, {
  async prepare(index: number, origin: string, { direction, load }: Job): Promise<void> {
    const kind = kinds[index]
    if (!kind) throw new Error('There are not so many clients')
    run = await prepare(kind, WebSocket as WebSocketConstructor, origin, direction, load)
  },
  run: () => run?.(),
})
