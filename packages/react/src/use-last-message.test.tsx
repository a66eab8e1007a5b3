import { act } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { describeModes, FRAME, pass } from '../../../test/react/harness.tsx'
import { useLastMessage } from './index.ts'

describeModes('useLastMessage', (setUp) => {
  async function setUpView<Selected>(
    select?: (message: unknown) => Selected,
    isEqual?: (a: Selected | undefined, b: Selected | undefined) => boolean,
  ) {
    const harness = setUp()
    const connection = await harness.connection()
    const seen: unknown[] = []
    function View() {
      const selected = useLastMessage(connection, select, isEqual)
      seen.push(selected)
      return <>{JSON.stringify(selected)}</>
    }
    return { ...harness, harness, seen, connection, view: harness.show(<View />) }
  }

  it('renders at most once a frame, and ends on the last of 10,000', async () => {
    const { harness, server, view } = await setUpView()
    for (let burst = 1; burst <= 10; burst++) {
      await act(async () => {
        for (let i = 1; i <= 1_000; i++) server.send(`${burst} ${i}`)
      })
      await pass(FRAME)
    }
    expect(view.container.textContent).toBe('"10 1000"')
    expect(harness.commits).toBe(11)
  })

  it('is delivered in a hidden tab, where no frames are drawn', async () => {
    vi.stubGlobal('requestAnimationFrame', () => 0)
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
    const { server, view } = await setUpView()
    server.send('hello')
    await pass(FRAME)
    expect(view.container.textContent).toBe('"hello"')
  })

  it('is delivered in a tab that is hidden between the message and its frame', async () => {
    vi.stubGlobal('requestAnimationFrame', () => 0)
    const { server, view } = await setUpView()
    server.send('hello')
    await pass(FRAME)
    expect(view.container.textContent).toBe('')
    await pass(100)
    expect(view.container.textContent).toBe('"hello"')
  })

  it('selects, and renders when the selection changes', async () => {
    const { harness, server, view } = await setUpView((message) => String(message).length)
    for (const [text, commits] of [
      ['a', 2],
      ['b', 2],
      ['cc', 3],
    ] as const) {
      server.send(text)
      await pass(FRAME)
      expect(view.container.textContent).toBe(`${text.length}`)
      expect(harness.commits).toBe(commits)
    }
  })

  it('keeps the object before while the selection is equal', async () => {
    const { harness, server, seen } = await setUpView(
      (message) => ({ length: String(message).length }),
      (a, b) => a?.length === b?.length,
    )
    server.send('a')
    await pass(FRAME)
    server.send('b')
    await pass(FRAME)
    expect(harness.commits).toBe(2)
    expect(seen.at(-1)).toEqual({ length: 1 })
  })

  it('keeps the object before when an inline selector comes anew, and uses the newest', async () => {
    const harness = setUp()
    const connection = await harness.connection()
    const seen = new Set<unknown>()
    function View({ prefix }: { prefix: string }) {
      const selected = useLastMessage(
        connection,
        (message) => ({ text: `${prefix} ${message}` }),
        (a, b) => a?.text === b?.text,
      )
      if (selected) seen.add(selected)
      return <>{selected?.text}</>
    }
    const { rerender, container } = harness.show(<View prefix="1" />)
    harness.server.send('a')
    await pass(FRAME)
    rerender(<View prefix="1" />)
    rerender(<View prefix="1" />)
    rerender(<View prefix="2" />)
    expect(container.textContent).toBe('2 a')
    // StrictMode renders twice, and the first of the two selects for nothing.
    expect(seen.size).toBeLessThanOrEqual(4)
  })

  it('shows the message before to a component that comes later, and the last one to all', async () => {
    const harness = setUp()
    const connection = await harness.connection()
    function View() {
      return <p>{String(useLastMessage(connection))}</p>
    }
    const { rerender, container } = harness.show([<View key="1" />])
    harness.server.send('1')
    await pass(FRAME)
    rerender([<View key="1" />, <View key="2" />])
    expect(container.textContent).toBe('11')
    harness.server.send('2')
    await pass(FRAME)
    expect(container.textContent).toBe('22')
  })

  it('takes null', () => {
    const { show } = setUp()
    function View() {
      return <>{String(useLastMessage(null))}</>
    }
    expect(show(<View />).container.textContent).toBe('undefined')
  })
})
