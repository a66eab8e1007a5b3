import { type ReactNode, useLayoutEffect, useRef } from 'react'
import { PROGRESS_TEXT, type Remedy, type Row } from '../shared/rows.ts'

type Remedied = { readonly onRemedy: (remedy: Remedy) => void }

/** Each row keeps its element from pending to acknowledged, so that only what is new is read aloud. */
export function MessageList({ rows, onRemedy }: Remedied & { readonly rows: readonly Row[] }): ReactNode {
  const log = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: it scrolls when another message is the newest
  useLayoutEffect(() => {
    log.current?.scrollTo({ top: log.current.scrollHeight })
  }, [rows.at(-1)?.id])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <div ref={log} className="log" role="log" aria-label="Messages" aria-relevant="additions" tabIndex={0}>
      <ol>
        {rows.map((row) => (
          <Message key={row.id} {...row} onRemedy={onRemedy} />
        ))}
      </ol>
    </div>
  )
}

function Message(props: Row & Remedied): ReactNode {
  const { name, style, text, time, progress, rejected, onRemedy } = props
  return (
    <li className={progress ? `message own ${progress}` : 'message'} style={style}>
      <b>{name}</b>
      <p>{text}</p>
      <time>{time}</time>
      {progress && <span className="progress">{PROGRESS_TEXT[progress]}</span>}
      {rejected && <span className="why">{rejected.why}</span>}
      {rejected?.remedies.map((remedy) => (
        <button key={remedy.label} type="button" className="button" onClick={() => onRemedy(remedy)}>
          {remedy.label}
        </button>
      ))}
    </li>
  )
}
