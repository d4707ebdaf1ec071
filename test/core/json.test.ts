import { describe, expect, it } from 'vitest'
import { repeatedName } from '../../src/core/json.ts'

describe('A name that an object has twice', () => {
  it.each([
    ['{"a":1,"a":2}', '"a"'],
    ['{"a":1,"\\u0061":2}', '"a"'],
    ['{"a" \n : 1, "b": 2, "a"\t:3}', '"a"'],
    ['[{"x":1,"y":{"z":1,"z":2}}]', '"z"'],
    ['{"a":{"b":1},"c":[{"b":2}],"a":3}', '"a"'],
    ['{"__proto__":1,"__proto__":2}', '"__proto__"'],
  ])('a name that an object has twice is found: %s', (json, name) => {
    JSON.parse(json)
    expect(repeatedName(json)).toBe(name)
  })

  it.each([
    ['{"a":{"a":1},"b":[{"a":1},{"a":2}]}'],
    ['{"a":"a","b":"\\"b\\":{","c":"a"}'],
    ['{"a":"\\\\","A":"\\\\"}'],
    ['["a","a",{},"}","{"]'],
    ['"a"'],
    ['7'],
  ])('a name that an object has twice is not there: %s', (json) => {
    JSON.parse(json)
    expect(repeatedName(json)).toBeUndefined()
  })
})
