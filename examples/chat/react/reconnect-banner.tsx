import type { Connection } from '@holdfast/core'
import { useConnectionState } from '@holdfast/react'
import { type ReactNode, useEffect, useState } from 'react'
import { tellCountdown, tellState } from '../shared/reconnect-text.ts'

export interface ReconnectBannerProps<Incoming, Outgoing> {
  readonly connection: Connection<Incoming, Outgoing> | null
  /** To move the focus, as the button goes away. */
  readonly onTry: () => void
}

/**
 * Shows what becomes of a connection: its state, which is read aloud when it changes, the seconds until the
 * next attempt, and a button that makes it at once.
 */
export function ReconnectBanner<Incoming, Outgoing>({
  connection,
  onTry,
}: ReconnectBannerProps<Incoming, Outgoing>): ReactNode {
  const state = useConnectionState(connection)
  const { text, action } = tellState(state)
  const [, tick] = useState(0)
  const isWaiting = state.status === 'waiting'
  useEffect(() => {
    const timer = isWaiting ? setInterval(() => tick(Date.now()), 250) : undefined
    return () => clearInterval(timer)
  }, [isWaiting])

  function tryNow(): void {
    connection?.open()
    onTry()
  }
  return (
    <div className={`banner ${state.status}`}>
      <span role="status">{text}</span>
      <span className="countdown">{tellCountdown(state, Date.now())}</span>
      {action && (
        <button type="button" className="button" onClick={tryNow}>
          {action}
        </button>
      )}
    </div>
  )
}
