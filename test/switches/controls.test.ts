import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { controls } from './controls.ts'

const root = join(import.meta.dirname, '../..')

test.each(controls)(
  'the control "$what" is switched off in one place of its file',
  ({ file, from, also }) => {
    const edits = [{ file, from }, ...(also === undefined ? [] : [{ file, ...also }])]
    for (const edit of edits)
      expect(readFileSync(join(root, edit.file), 'utf8').split(edit.from), edit.from).toHaveLength(2)
  },
)
