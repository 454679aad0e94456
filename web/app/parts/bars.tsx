import styles from './bars.module.css'

const HEIGHT = 30

interface Props {
  /** Of each bar from 0 to 1, from the left; null where there is nothing to draw. */
  readonly heights: readonly (number | null)[]
  /** There is room for so many: fewer are not drawn as wide as a wall. */
  readonly roomFor: number
}

/** A row of bars, the last one at the right. What they say stands in words beside them. */
export function Bars({ heights, roomFor }: Props) {
  const width = Math.max(heights.length, roomFor / 4)
  return (
    <div className={styles['axis']}>
      <svg
        viewBox={`0 0 ${width} ${HEIGHT}`}
        preserveAspectRatio="none"
        className={styles['picture']}
        aria-hidden="true"
      >
        {heights.map((one, i) => {
          if (one === null) return null
          const height = 2 + one * (HEIGHT - 4)
          return (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
              key={i}
              x={width - heights.length + i + 0.1}
              y={HEIGHT - height}
              width={0.8}
              height={height}
              className={styles['bar']}
            />
          )
        })}
      </svg>
    </div>
  )
}
