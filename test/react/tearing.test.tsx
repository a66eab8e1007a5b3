import { act } from '@testing-library/react'
import { startTransition, useState } from 'react'
import { expect, it, vi } from 'vitest'
import { useConnectionState, useWebSocket } from '../../packages/react/src/index.ts'
import { describeModes, pass } from './harness.tsx'

describeModes('no tearing', (setUp) => {
  it('shows one state in all components, though it changed while they were rendered', async () => {
    const { server, show, connection } = setUp()
    const given = await connection()
    const seen = new Set<string>()
    let show10 = () => {}
    function Slow({ index }: { index: number }) {
      // The connection is lost half way.
      if (index === 5 && !seen.has('lost')) {
        seen.add('lost')
        server.drop()
        vi.advanceTimersByTime(5)
      }
      const { status } = useWebSocket(given)
      return <p>{`${status} ${useConnectionState(given).status}`}</p>
    }
    function App() {
      const [count, setCount] = useState(0)
      show10 = () => startTransition(() => setCount(10))
      return Array.from({ length: count }, (_, index) => index).map((index) => (
        <Slow key={index} index={index} />
      ))
    }
    const { container } = show(<App />)
    await act(async () => show10())
    const texts = [...container.querySelectorAll('p')].map(({ textContent }) => textContent)
    expect(new Set(texts)).toEqual(new Set(['waiting waiting']))
    expect(texts).toHaveLength(10)
    await pass(10)
  })
})
