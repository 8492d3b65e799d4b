/** Includes in all their forms. */
import type { Vector } from './vector.ts'

const files = { 'inner.conf': 'a = 1', 'braces.conf': '{ a = 1, }', 'sub/outer.conf': 'include "beside.conf"', 'sub/beside.conf': 'b = 2' }
const value = { a: { number: '1' } }

export const inclusion: readonly Vector[] = [
  { row: 'include "f"', text: 'include "inner.conf"', files, value },
  { row: 'include file("f")', text: 'include file("inner.conf")', files, value },
  { row: 'include required(file("f"))', text: 'include required( file( "inner.conf" ) )', files, value },
  { row: 'include required("f")', text: 'include required("inner.conf")', files, value },
  { row: 'inside braces', text: 'password = {include "inner.conf"}', files, value: { password: value } },
  { row: 'among members on one line', text: 'p { b = x include "inner.conf" c = y }', files, value: { p: { b: 'x', ...value, c: 'y' } } },
  { row: 'a file in braces', text: 'include "braces.conf"', files, value },
  { row: 'beside the including file where the working directory has none', text: 'include "sub/outer.conf"', files, value: { b: { number: '2' } } },
  { row: 'the working directory comes first', text: 'include "sub/outer.conf"', files: { ...files, 'beside.conf': 'b = 1' }, value: { b: { number: '1' } } },
  { row: 'included members are of the block they stand in: the last counts in NanoMQ too', text: 'a = 0\ninclude "inner.conf"', files, value },
  { row: 'a missing file', text: 'include "none.conf"\na = 1', files, value, warnings: ['1:1 the included file none.conf does not exist'] },
  { row: 'a missing file of users', text: 'auth.password = { include "none.conf" }', files, error: '1:19: the included file none.conf does not exist' },
  { row: 'a missing file of access rules', text: 'Auth {\n  acl { include "none.conf" }\n}', files, error: '2:9: the included file none.conf does not exist' },
  { row: 'a missing required file', text: 'a = 1\n  include required(file("none.conf"))', files, error: '2:3: the included file none.conf does not exist' },
  { row: 'url(…)', text: 'include url("http://h/f")', error: '1:9: include url(…) is not supported' },
  { row: 'a number of forms in the wrong order', text: 'include file(required("f"))', error: '1:14: required( can not stand inside file(' },
  { row: 'no name', text: 'include ""', error: '1:9: an include without the name of a file' },
  { row: 'an unclosed form', text: 'include file("f"', error: "1:17: unexpected end of the file: the ')' of file( is wanted here" },
  { row: 'not for a value', text: 'a = include "f"', error: '1:5: an include can not stand here' },
  { row: 'not for an element', text: 'a = [include "f"]', error: '1:6: an include can not stand here' },
  { row: 'include is also a name', text: 'include = 1\np { include { x = include } }', value: { include: { number: '1' }, p: { include: { x: 'include' } } } }
]
