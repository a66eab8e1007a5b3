import { once } from 'node:events'
import { expect, it } from 'vitest'
import { failToStart, startExample } from '../support/example.ts'

it('starts by one command, compiles its page as it is asked for, and ends at SIGTERM', async () => {
  const { process: child, url } = await startExample('ticker', { PORT: '0' })
  for (const path of ['/', '/page/main.ts', '/page/styles/main.css']) {
    expect([path, (await fetch(new URL(path, url))).status]).toEqual([path, 200])
  }
  const taken = await failToStart('ticker', { PORT: url.port })
  expect(taken).toEqual({ code: 1, said: `Port ${url.port} is taken: PORT=… chooses another.\n` })
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
})
