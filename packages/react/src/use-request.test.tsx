import { connect, type HoldfastError, json } from '@holdfast/core'
import { act } from '@testing-library/react'
import { Suspense, useEffect, useLayoutEffect } from 'react'
import { expect, it } from 'vitest'
import { ROOM } from '../../../test/react/backends.ts'
import { describeModes, type Harness, pass } from '../../../test/react/harness.tsx'
import { atEnd } from '../../../test/react/of-this-test.ts'
import { type MaybeConnection, type UseRequestReturn, useRequest } from './index.ts'

interface Message {
  id: number
  text?: string
}

async function openWith(harness: Harness) {
  const connection = connect(ROOM, { ...harness.options, codec: json<Message>() })
  atEnd.unshift(() => void connection.close())
  await pass(10)
  return connection
}

const ways = ({ id }: Message) => ({ id, idOf: (message: Message) => message.id })

/** A component that shows its request, and hands it out. */
function setUpView(harness: Harness) {
  const view: { request?: UseRequestReturn<Message, Message> } = {}
  const functions = new Set<unknown>()
  function View({ connection }: { connection: MaybeConnection<Message, Message> }) {
    const request = useRequest(connection, ways)
    view.request = request
    functions.add(request.request).add(request.cancel)
    const { status, data, error } = request
    return <>{[status, data?.text, error?.reason].filter(Boolean).join(' ')}</>
  }
  const ask = (id: number) => {
    const errors: HoldfastError[] = []
    act(() => void view.request?.request({ id }).catch((error: HoldfastError) => errors.push(error)))
    return errors
  }
  return { View, view, functions, ask, harness }
}

describeModes('useRequest', (setUp) => {
  it('shows what becomes of a request', async () => {
    const harness = setUp()
    const connection = await openWith(harness)
    const { View, ask, functions } = setUpView(harness)
    const { container } = harness.show(<View connection={connection} />)
    expect(container.textContent).toBe('idle')
    ask(1)
    expect(container.textContent).toBe('pending')
    await pass(10)
    harness.server.send('{"id":1,"text":"hello"}')
    await pass(0)
    expect(container.textContent).toBe('answered hello')
    ask(2)
    expect(container.textContent).toBe('pending')
    await pass(30_000)
    expect(container.textContent).toBe('failed timeout')
    expect(functions.size).toBeLessThanOrEqual(4)
  })

  it('aborts the request before, and shows the newest only', async () => {
    const harness = setUp()
    const connection = await openWith(harness)
    const { View, ask } = setUpView(harness)
    const { container } = harness.show(<View connection={connection} />)
    const errors = ask(1)
    ask(2)
    await pass(10)
    expect(errors).toMatchObject([{ code: 'DROPPED', reason: 'aborted' }])
    harness.server.send('{"id":1,"text":"old"}')
    await pass(0)
    expect(container.textContent).toBe('pending')
    harness.server.send('{"id":2,"text":"new"}')
    await pass(0)
    expect(container.textContent).toBe('answered new')
  })

  it('is cancelled by hand', async () => {
    const harness = setUp()
    const connection = await openWith(harness)
    const { View, view, ask } = setUpView(harness)
    const { container } = harness.show(<View connection={connection} />)
    const errors = ask(1)
    act(() => view.request?.cancel())
    await pass(0)
    expect(container.textContent).toBe('idle')
    expect(errors).toMatchObject([{ reason: 'aborted' }])
  })

  it.each(['unmount', 'another connection'])('is aborted by %s, also out of the queue', async (by) => {
    const harness = setUp()
    const connection = connect(ROOM, { ...harness.options, codec: json<Message>(), lazy: true })
    atEnd.unshift(() => void connection.close())
    const { View, ask } = setUpView(harness)
    const { rerender, unmount, container } = harness.show(<View connection={connection} />)
    const errors = ask(1)
    if (by === 'unmount') unmount()
    else rerender(<View connection={null} />)
    await pass(10)
    expect(errors).toMatchObject([{ code: 'DROPPED', reason: 'aborted' }])
    expect(harness.server.received).toEqual([])
    expect(container.textContent).toBe(by === 'unmount' ? '' : 'idle')
  })

  it('is not aborted by the commit in whose layout effect it was made, with another connection', async () => {
    const harness = setUp()
    const connections = [await openWith(harness), await openWith(harness)]
    const seen: unknown[] = []
    function View({ index }: { index: number }) {
      const { request } = useRequest(connections[index], ways)
      useLayoutEffect(() => {
        request({ id: index }).then(
          ({ id }) => seen.push(id),
          ({ reason }: HoldfastError) => seen.push(reason),
        )
      }, [request, index])
      return null
    }
    const { rerender } = harness.show(<View index={0} />)
    await pass(10)
    harness.server.send('{"id":0}')
    await pass(10)
    seen.length = 0
    rerender(<View index={1} />)
    await pass(10)
    harness.server.send('{"id":1}')
    await pass(10)
    expect(seen).toEqual([1])
  })

  it('may be made while a boundary above falls back', async () => {
    const harness = setUp()
    const connection = await openWith(harness)
    const { View, ask } = setUpView(harness)
    const never = new Promise(() => {})
    function Sibling({ suspends }: { suspends: boolean }) {
      if (suspends) throw never
      return null
    }
    const tree = (suspends: boolean) => (
      <Suspense fallback="loading">
        <View connection={connection} />
        <Sibling suspends={suspends} />
      </Suspense>
    )
    const { rerender, container } = harness.show(tree(false))
    rerender(tree(true))
    await pass(10)
    expect(container.textContent).toContain('loading')
    const errors = ask(1)
    await pass(10)
    expect(errors).toEqual([])
    expect(harness.server.received).toEqual(['{"id":1}'])
  })

  it('is refused once its component is gone', async () => {
    const harness = setUp()
    const connection = await openWith(harness)
    const { View, ask } = setUpView(harness)
    harness.show(<View connection={connection} />).unmount()
    const errors = ask(1)
    await pass(10)
    expect(errors).toMatchObject([{ code: 'CLOSED' }])
    expect(harness.server.received).toEqual([])
  })

  it('leaves no rejection unhandled where its promise is left alone', async () => {
    const harness = setUp()
    const connection = await openWith(harness)
    function View() {
      const { request, status } = useRequest(connection, { match: () => false, timeout: 10 })
      useEffect(() => void request({ id: 1 }), [request])
      return <>{status}</>
    }
    const { container } = harness.show(<View />)
    await pass(20)
    expect(container.textContent).toBe('failed')
  })

  it('takes null: then a request fails', async () => {
    const harness = setUp()
    const { View, ask } = setUpView(harness)
    const { container } = harness.show(<View connection={null} />)
    const errors = ask(1)
    await pass(0)
    expect(errors).toMatchObject([{ code: 'CLOSED', reason: 'closed' }])
    expect(container.textContent).toBe('failed closed')
  })
})
