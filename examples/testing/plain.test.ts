import { connect, json } from '@holdfast/core'
import { fakeEnvironment, fakeServer } from '@holdfast/core/testing'
import { holdfastMatchers } from '@holdfast/core/testing/vitest'
import { expect, it } from 'vitest'

expect.extend(holdfastMatchers)

interface Line {
  text: string
}

const url = 'wss://example.com/chat'

it('sends what was written while the server was away', async () => {
  const server = fakeServer(url, { codec: json<Line>() })
  const { environment, clock } = fakeEnvironment({ server })
  const chat = connect(url, { codec: json<Line>(), environment })

  await server.connected
  expect(chat).toBeOpen()

  server.refuse({ times: 2 })
  server.drop(1006)
  chat.send({ text: 'hello' })
  expect(chat).toHaveStatus('waiting', { cause: { code: 1006 } })
  expect(chat).toHaveQueued(1)

  await clock.advance(30_000)
  expect(server.connections).toHaveLength(4)
  expect(chat).toBeOpen()
  expect(server).toHaveReceived({ text: 'hello' })
})

it('waits while the network is away, and asks when it is back', async () => {
  const server = fakeServer(url)
  const { environment, network } = fakeEnvironment({ server })
  const chat = connect(url, { environment })

  await server.connected
  network.offline()
  server.drop()
  expect(chat).toHaveStatus('suspended', { by: 'offline' })

  network.online()
  await server.connected
  expect(chat).toBeOpen()
})
