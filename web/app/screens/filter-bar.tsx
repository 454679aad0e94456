import { useEffect, useId, useState } from 'react'
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog'
import { Popover } from 'react-aria-components/Popover'
import type { Search } from '../log/select.ts'
import { stateBits } from '../log/select.ts'
import { log, logOpened, useLog } from '../log/use-log.ts'
import { Button } from '../parts/button.tsx'
import { kindText } from '../parts/words.ts'
import styles from './filter-bar.module.css'
import { type ListName, searchIn, valuesOf, withValues } from './search-text.ts'

interface Props {
  readonly query: string
  readonly onChange: (search: Search) => void
}

const titles: { readonly [Name in ListName]: string } = {
  project: 'Project',
  person: 'Person',
  kind: 'Kind',
  instrument: 'Instrument',
  device: 'Device',
  state: 'State',
}
const order = ['project', 'person', 'kind', 'instrument', 'state'] as const

export function FilterBar({ query, onChange }: Props) {
  const search = searchIn(query)
  const names = useNames()
  const choices = (name: ListName) => (name === 'state' ? Object.keys(stateBits) : (names?.[name] ?? []))
  const isAny = query !== ''
  const [isOpen, setOpen] = useState(false)
  const more = useId()
  const { text: _, ...chosen } = search
  const count = Object.keys(chosen).length
  return (
    <search className={styles['bar']} aria-label="Filter records">
      <TextSearch text={search.text ?? ''} onChange={(text) => onChange({ ...search, text })} />
      <div className={styles['opener']}>
        <Button aria-expanded={isOpen} aria-controls={more} onPress={() => setOpen(!isOpen)}>
          {count === 0 ? 'Filter' : `Filter: ${count} chosen`}
          <span aria-hidden="true">{isOpen ? '▴' : '▾'}</span>
        </Button>
      </div>
      <div id={more} className={`${styles['more']} ${isOpen ? '' : styles['folded']}`}>
        {order.map((name) => (
          <Choice
            key={name}
            name={name}
            choices={choices(name)}
            chosen={valuesOf(search, name)}
            onChange={(values) => onChange(withValues(search, name, values))}
          />
        ))}
        <span className={styles['times']}>
          <Day
            label="From"
            value={search.from}
            onChange={(from) => onChange(withTime(search, 'from', from))}
          />
          <Day
            label="Until"
            isEnd
            value={search.to}
            onChange={(to) => onChange(withTime(search, 'to', to))}
          />
          {isAny && (
            <Button look="quiet" onPress={() => onChange({})}>
              Clear
            </Button>
          )}
        </span>
      </div>
    </search>
  )
}

function withTime(search: Search, name: 'from' | 'to', time: string | undefined): Search {
  const { [name]: _, ...rest } = search
  return time === undefined ? rest : { ...rest, [name]: time }
}

const TYPED_MILLISECONDS = 120

function TextSearch({
  text,
  onChange,
}: {
  readonly text: string
  readonly onChange: (text: string) => void
}) {
  const [typed, setTyped] = useState(text)
  useEffect(() => setTyped(text), [text])
  useEffect(() => {
    if (typed.trim() === text) return
    const timer = setTimeout(() => onChange(typed), TYPED_MILLISECONDS)
    return () => clearTimeout(timer)
  })
  return (
    <input
      type="search"
      className={styles['text']}
      aria-label="Search paths and subjects"
      placeholder="Search paths"
      value={typed}
      onChange={({ target }) => setTyped(target.value)}
    />
  )
}

interface ChoiceProps {
  readonly name: ListName
  readonly choices: readonly string[]
  readonly chosen: readonly string[]
  readonly onChange: (values: readonly string[]) => void
}

function Choice({ name, choices, chosen, onChange }: ChoiceProps) {
  const text = (value: string) =>
    name === 'kind' ? kindText(value) : name === 'state' ? stateText(value) : value
  const [first, ...more] = chosen
  const title = titles[name]
  return (
    <DialogTrigger>
      <Button aria-label={`${title}: ${chosen.length === 0 ? 'all' : chosen.map(text).join(', ')}`}>
        <span className={styles['choice']}>
          {first === undefined
            ? title
            : `${title}: ${text(first)}${more.length > 0 ? ` +${more.length}` : ''}`}
        </span>
        <span aria-hidden="true">▾</span>
      </Button>
      <Popover className={styles['popover'] ?? ''} placement="bottom start">
        <Dialog aria-label={title} className={styles['dialog'] ?? ''}>
          <fieldset className={styles['list']}>
            <legend className="visually-hidden">{title}</legend>
            {choices.length === 0 && <p>There is none yet.</p>}
            {choices.map((value) => (
              <label key={value} className={styles['option']}>
                <input
                  type="checkbox"
                  checked={chosen.includes(value)}
                  onChange={({ target }) =>
                    onChange(target.checked ? [...chosen, value] : chosen.filter((one) => one !== value))
                  }
                />
                <span>{text(value)}</span>
              </label>
            ))}
          </fieldset>
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}

function stateText(state: string): string {
  return state === 'held' ? 'Held signature' : state.charAt(0).toUpperCase() + state.slice(1)
}

interface DayProps {
  readonly label: string
  readonly value: string | undefined
  readonly isEnd?: boolean
  readonly onChange: (time: string | undefined) => void
}

const DAY_MILLISECONDS = 86_400_000

/** A day on this device's clock: `Until` means to the end of it. */
function Day({ label, value, isEnd = false, onChange }: DayProps) {
  const shown = value === undefined ? '' : dayOf(Date.parse(value) - (isEnd ? 1 : 0))
  return (
    <label className={styles['day']}>
      {label}
      <input
        type="date"
        value={shown}
        onChange={({ target }) => {
          const day = new Date(`${target.value}T00:00:00`).getTime()
          const end = isEnd
            ? new Date(new Date(day + 1.5 * DAY_MILLISECONDS).setHours(0, 0, 0, 0)).getTime()
            : day
          onChange(Number.isNaN(day) ? undefined : new Date(end).toISOString())
        }}
      />
    </label>
  )
}

function dayOf(time: number): string {
  const day = new Date(time)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`
}

/** Values to choose from: those that records on this device have. */
function useNames() {
  const version = useLog()?.version
  const [names, setNames] = useState<Awaited<ReturnType<typeof log.names>>>()
  // biome-ignore lint/correctness/useExhaustiveDependencies: more records, more names
  useEffect(() => {
    void logOpened.then(() => log.names()).then(setNames)
  }, [version])
  return names
}
