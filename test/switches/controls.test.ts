import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { controls } from './controls.ts'

const root = join(import.meta.dirname, '../..')

test.each(controls)(
  'the control "$what" is switched off in one place of its file',
  ({ file, from, also }) => {
    const text = readFileSync(join(root, file), 'utf8')
    for (const one of [from, ...(also === undefined ? [] : [also.from])])
      expect(text.split(one), one).toHaveLength(2)
  },
)
