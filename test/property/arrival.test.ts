import { expect, test } from 'vitest'
import { BUILT_IN_PROFILES, loadProfiles } from '../../agent/src/instruments/load-profiles.ts'
import { glanceOf } from '../../agent/src/instruments/made/unit.ts'
import { recogniseFolder } from '../../agent/src/instruments/recognise.ts'
import { shapes, unitsOf } from '../support/instrument-shapes.ts'

/*
 * Data sets come file by file, in the order in which an instrument writes or a program copies them. At no moment is
 * a file of one taken for a file by itself, or a file of a person's for part of one.
 */

const profiles = loadProfiles(BUILT_IN_PROFILES)

/** What each path would be part of if these were all that is there. */
function partsOf(paths: readonly string[]): Map<string, string> {
  const sets = new Map<string, boolean>()
  const isSet = (folder: string): boolean => {
    const known = sets.get(folder)
    if (known !== undefined) return known
    const inside = paths
      .filter((path) => path.startsWith(`${folder}/`))
      .map((path) => path.slice(folder.length + 1))
    const name = folder.slice(folder.lastIndexOf('/') + 1)
    const found = recogniseFolder(glanceOf(name, inside), profiles) !== undefined
    sets.set(folder, found)
    return found
  }
  return new Map(
    paths.map((path) => {
      const parts = path.split('/')
      const folders = parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'))
      return [path, folders.find(isSet) ?? path]
    }),
  )
}

/** As rsync names it on the way. */
function arriving(path: string): string {
  const slash = path.lastIndexOf('/') + 1
  return `${path.slice(0, slash)}.${path.slice(slash)}.Ab12Cd`
}

const orders = ['as written', 'sorted', 'sorted the other way round'] as const

test.each(
  shapes
    .filter(({ atOnce }) => atOnce !== true)
    .flatMap((shape) => orders.map((order) => [shape.name, order, shape] as const)),
)('%s, %s: each file is part of what it will be part of', (name, order, shape) => {
  // One name of a data set's that comes before a person's documents cannot be told from the beginning of one.
  if (name === 'people' && order !== 'as written') return
  const written = Object.keys(shape.files)
  const sorted = written.toSorted()
  const paths = order === 'as written' ? written : order === 'sorted' ? sorted : sorted.toReversed()
  const units = [...unitsOf(shape).keys()]
  const unitOf = new Map(
    paths.map((path) => [path, units.find((unit) => path === unit || path.startsWith(`${unit}/`)) ?? '']),
  )
  for (let n = 1; n <= paths.length; n++) {
    const here = paths.slice(0, n)
    const last = here.at(-1) ?? ''
    for (const [path, part] of partsOf(here)) expect([n, path, part]).toEqual([n, path, unitOf.get(path)])
    const unit = unitOf.get(last)
    if (unit !== last)
      expect(partsOf([...here.slice(0, -1), arriving(last)]).get(arriving(last)), last).toBe(unit)
  }
})
