import { expect, test } from 'vitest'
import { isSameFullName } from './full-name.ts'

test.each([
  ['Quinn Lee', 'QUINN  LEE '],
  ['Quinn Lee', 'Quinn\u00a0Lee'],
  ['Quinn Lee', '\uff31uinn Lee'],
  ['Zoë Strauß', 'Zoe\u0308 STRAUSS'],
  ['Νίκος Παππάς', 'ΝΊΚΟΣ ΠΑΠΠΆΣ'],
])('the full names %j and %j are the same', (one, other) => {
  expect(isSameFullName(one, other)).toBe(true)
  expect(isSameFullName(other, one)).toBe(true)
})

test.each([
  ['Quinn Lee', 'Quinn Leeds'],
  ['Quinn Lee', 'Q. Lee'],
  ['Zoë Lee', 'Zoe Lee'],
  ['Quinn Lee', 'QuinnLee'],
])('the full names %j and %j are two', (one, other) => {
  expect(isSameFullName(one, other)).toBe(false)
})
