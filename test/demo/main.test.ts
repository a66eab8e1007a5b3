import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { startExample } from '../support/example.ts'
import { DemoPage } from './demo-page.ts'

async function isListening({ hostname, port }: URL): Promise<boolean> {
  const socket = connect(Number(port), hostname)
  const outcome = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'error').then(() => false),
  ]).catch(() => false)
  socket.destroy()
  return outcome
}

it.each(['SIGINT', 'SIGTERM'] as const)('prints its address, and ends everything at %s', async (signal) => {
  const { process: started, url } = await startExample('demo', { PORT: '0' })
  const response = await fetch(url)
  expect(response.status).toBe(200)
  expect(await response.text()).toContain('<title>Holdfast: the chaos lab</title>')
  const { roomUrl } = await (await fetch(new URL('/demo.json', url))).json()
  expect(await isListening(new URL(roomUrl))).toBe(true)

  const ended = once(started, 'exit')
  const before = performance.now()
  started.kill(signal)
  expect(await ended).toEqual([0, null])
  expect(performance.now() - before).toBeLessThan(1_000)
  expect(await isListening(url)).toBe(false)
  expect(await isListening(new URL(roomUrl))).toBe(false)
})

it('compiles its page as it is asked for', async () => {
  const { url } = await startExample('demo', { PORT: '0' })
  const browser = await launchChromium()
  onTestFinished(() => browser.close())
  const page = await DemoPage.open(browser, `${url}?pace=0`)
  await page.say('Hello')
  await page.counts('plain-arrived', 1)
  expect(page.problems).toEqual([])
})
